//! How a pass has files opened.

use std::future::Future;

use readings::{Extraction, Problem};

use crate::layout::{self, FileContext};
use crate::reader::Reader;
use crate::workbook::{self, Limits};

/// Opens files: in a limited child process, or here where the files are trusted.
pub trait OpenFile {
    /// The format found by content, and what was read; the problem of a file that cannot be read at all.
    fn open(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
    ) -> impl Future<Output = Result<(String, Extraction), Problem>> + Send;
}

/// Opens files in this process. A file made to harm takes this process with it; for files of one's own.
#[derive(Debug, Clone, Default)]
pub struct InProcess {
    /// What a file may cost.
    pub limits: Limits,
}

impl OpenFile for InProcess {
    async fn open(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<(String, Extraction), Problem> {
        let workbook = workbook::read(bytes, &self.limits)?;
        Ok((workbook.format.code().to_owned(), layout::extract(&workbook, context)))
    }
}

impl OpenFile for Reader {
    async fn open(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<(String, Extraction), Problem> {
        let (format, extraction) = self.read(context, bytes).await?;
        Ok((format.code().to_owned(), extraction))
    }
}
