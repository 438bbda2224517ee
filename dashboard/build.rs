//! Embeds the style, the icon and the islands: compressed, under names that change with the content.
//!
//! The islands are built on their own (`./dev build`) and found in the folder that `METERWATCH_SITE` names. Without it
//! the pages are served without a script and can be read and used nevertheless.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=METERWATCH_SITE");
    if env::var_os("CARGO_FEATURE_SSR").is_none() {
        return Ok(());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table = Table { out, entries: String::new() };
    let style = table.add(Path::new("style/dashboard.css"), "text/css; charset=utf-8")?;
    let icon = table.add(Path::new("style/icon.svg"), "image/svg+xml")?;
    let script = match env::var_os("METERWATCH_SITE") {
        Some(site) => {
            let site = PathBuf::from(site);
            let script = table.add(&site.join("dashboard.js"), "text/javascript")?;
            let module = table.add(&site.join("dashboard_bg.wasm"), "application/wasm")?;
            format!("Some((\"/assets/{script}\", \"/assets/{module}\"))")
        }
        None => "None".to_owned(),
    };
    let mut code = String::new();
    writeln!(code, "static ASSETS: &[Asset] = &[{}];", table.entries)?;
    writeln!(code, "const STYLE: &str = \"/assets/{style}\";")?;
    writeln!(code, "const ICON: &str = \"/assets/{icon}\";")?;
    writeln!(code, "const SCRIPT: Option<(&str, &str)> = {script};")?;
    fs::write(table.out.join("assets.rs"), code)?;
    Ok(())
}

struct Table {
    out: PathBuf,
    entries: String,
}

impl Table {
    fn add(&mut self, file: &Path, content_type: &str) -> Outcome<String> {
        println!("cargo::rerun-if-changed={}", file.display());
        let content = fs::read(file)
            .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        let digest = Sha256::digest(&content);
        let hash = digest.iter().take(8).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let stem = file.file_stem().and_then(|stem| stem.to_str()).ok_or("a file without name")?;
        let kind = file.extension().and_then(|kind| kind.to_str()).ok_or("a file without kind")?;
        let name = format!("{stem}.{hash}.{kind}");
        let plain = self.write(&name, &content)?;
        let gzip = self.write(&format!("{name}.gz"), &gzip(&content)?)?;
        let brotli = self.write(&format!("{name}.br"), &brotli(&content)?)?;
        write!(
            self.entries,
            "Asset {{ name: {name:?}, content_type: {content_type:?}, plain: include_bytes!({plain:?}), \
             gzip: include_bytes!({gzip:?}), brotli: include_bytes!({brotli:?}) }},"
        )?;
        Ok(name)
    }

    /// The path of the written file, as text for the code that includes it.
    fn write(&self, name: &str, content: &[u8]) -> Outcome<String> {
        let path = self.out.join(name);
        fs::write(&path, content)?;
        Ok(path.to_str().ok_or("the folder of the build is not UTF-8")?.to_owned())
    }
}

fn gzip(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn brotli(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut packed = Vec::new();
    let mut plain = content;
    brotli::BrotliCompress(&mut plain, &mut packed, &brotli::enc::BrotliEncoderParams::default())?;
    Ok(packed)
}
