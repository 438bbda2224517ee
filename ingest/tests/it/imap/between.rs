//! What stands between the source and a server: a connection that is cut, and a server that follows a script.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Passes connections on to a server and cuts them.
pub struct Cutter {
    pub port: u16,
    pub connections: Arc<AtomicUsize>,
}

impl Cutter {
    /// Cuts each connection after as many bytes of the server as `after` says of its number, counted from 0.
    pub async fn start(
        server: u16,
        after: impl Fn(usize) -> Option<usize> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let after = Arc::new(after);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let limit = after(count.fetch_add(1, Ordering::SeqCst));
                tokio::spawn(pass(client, server, limit));
            }
        });
        Self { port, connections }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn pass(client: TcpStream, server: u16, limit: Option<usize>) {
    let server =
        TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], server))).await.expect("the server");
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let upwards = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    });
    let mut left = limit.unwrap_or(usize::MAX);
    let mut bytes = vec![0; 4096];
    while left > 0 {
        let Ok(read) = from_server.read(&mut bytes).await else { break };
        let passed = read.min(left);
        if read == 0 || to_client.write_all(&bytes[..passed]).await.is_err() {
            break;
        }
        left -= passed;
    }
    upwards.abort();
}

/// What a scripted server does when a command comes.
#[derive(Clone)]
pub enum Act {
    /// Sends this; `TAG` is the tag of the command. The connection goes on.
    Say(String),
    /// Sends this and closes the connection.
    SayAndClose(String),
    /// Says nothing, and nothing more.
    Hang,
    /// Says the same for ever.
    Flood(String),
}

pub fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

/// Starts a server that greets and answers each command as `answer` says; without one, as a plain server would.
pub async fn scripted(
    greeting: &'static str,
    answer: impl Fn(&str) -> Option<Act> + Send + Sync + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(serve_on(listener, greeting, answer));
    port
}

/// Such a server on a port that is taken already.
pub async fn serve_on(
    listener: TcpListener,
    greeting: &'static str,
    answer: impl Fn(&str) -> Option<Act> + Send + Sync + 'static,
) {
    let answer = Arc::new(answer);
    while let Ok((stream, _)) = listener.accept().await {
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let _ = serve(stream, greeting, &*answer).await;
        });
    }
}

async fn serve(
    stream: TcpStream,
    greeting: &str,
    answer: &(dyn Fn(&str) -> Option<Act> + Send + Sync),
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(greeting.as_bytes()).await?;
    while let Some(line) = lines.next_line().await? {
        // A line without a tag is the rest of a command that was answered before.
        let Some((tag, command)) = line.split_once(' ') else { continue };
        let act = answer(command).unwrap_or_else(|| plain(command));
        match act {
            Act::Say(text) => write.write_all(text.replace("TAG", tag).as_bytes()).await?,
            Act::SayAndClose(text) => {
                write.write_all(text.replace("TAG", tag).as_bytes()).await?;
                return Ok(());
            }
            Act::Hang => std::future::pending().await,
            Act::Flood(text) => loop {
                write.write_all(text.as_bytes()).await?;
            },
        }
    }
    Ok(())
}

/// A server with one mail, number 7.
fn plain(command: &str) -> Act {
    let word = command.to_ascii_uppercase();
    let starts = |start: &str| word.starts_with(start);
    let text = if starts("CAPABILITY") {
        "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\nTAG OK\r\n"
    } else if starts("EXAMINE") || starts("SELECT") {
        "* 1 EXISTS\r\n* OK [UIDVALIDITY 5] fine\r\nTAG OK open\r\n"
    } else if starts("UID SEARCH") {
        "* SEARCH 7\r\nTAG OK\r\n"
    } else if word.contains("RFC822.SIZE") {
        "* 1 FETCH (UID 7 RFC822.SIZE 29)\r\nTAG OK\r\n"
    } else if starts("UID FETCH") {
        "* 1 FETCH (UID 7 BODY[] {29}\r\nSubject: x\r\n\r\nNothing to read)\r\nTAG OK\r\n"
    } else {
        "TAG OK\r\n"
    };
    say(text)
}
