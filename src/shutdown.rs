//! The wish of the operating system that this process ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Tells everybody who asks whether the process is to end.
#[derive(Debug, Clone)]
pub struct Shutdown {
    asked: watch::Receiver<bool>,
    by_keyboard: Arc<AtomicBool>,
}

impl Shutdown {
    /// Listens for SIGTERM and SIGINT from now on. A second signal ends the process at once.
    pub fn listen() -> std::io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (sender, asked) = watch::channel(false);
        let by_keyboard = Arc::new(AtomicBool::new(false));
        let interrupted = Arc::clone(&by_keyboard);
        tokio::spawn(async move {
            let is_interrupt = either(&mut terminate, &mut interrupt).await;
            interrupted.store(is_interrupt, Ordering::Relaxed);
            tracing::info!("asked to end; finishing the current piece of work");
            // Nobody may be listening any more; then there is nothing to tell.
            let _ = sender.send(true);
            either(&mut terminate, &mut interrupt).await;
            std::process::exit(130);
        });
        Ok(Self { asked, by_keyboard })
    }

    /// Whether the end was asked for.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Whether a person asked for it at the keyboard, rather than the system by SIGTERM.
    pub fn is_by_keyboard(&self) -> bool {
        self.by_keyboard.load(Ordering::Relaxed)
    }

    /// For parts that watch it by themselves.
    pub fn receiver(&self) -> watch::Receiver<bool> {
        self.asked.clone()
    }

    /// Waits until the end is asked for.
    pub async fn wait(mut self) {
        // An error means that the sender is gone, and that happens at the end of the process only.
        let _ = self.asked.wait_for(|asked| *asked).await;
    }
}

/// Waits for one of the two; whether it was the interrupt.
async fn either(terminate: &mut Signal, interrupt: &mut Signal) -> bool {
    tokio::select! {
        _ = terminate.recv() => false,
        _ = interrupt.recv() => true,
    }
}
