//! How a pass has files opened.

use std::future::Future;

use readings::{Extraction, Problem};

use crate::layout::{self, FileContext};
use crate::packed::Further;
use crate::reader::{Reader, ReaderPool};
use crate::workbook::{self, BookView, Limits, Window};

/// The format found by content, and what was read; the problem of a file that cannot be read at all.
pub type OpenedFile = Result<(String, Extraction), Problem>;

/// As [`OpenedFile`], with further parts where there are very many readings.
pub type OpenedInParts = Result<(String, Extraction, Further), Problem>;

/// Opens files: in a limited child process, or here where the files are trusted.
pub trait OpenFile: Send {
    /// Opens one file.
    fn open(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
    ) -> impl Future<Output = OpenedFile> + Send;

    /// Opens some files and answers in their order; side by side where there are several readers. Very many readings may
    /// stay packed in parts, and come while the first are stored.
    fn open_all(
        &mut self,
        files: &[(FileContext, &[u8])],
    ) -> impl Future<Output = Vec<OpenedInParts>> + Send {
        async move {
            let mut answers = Vec::with_capacity(files.len());
            for (context, bytes) in files {
                let opened = self.open(context, bytes).await;
                answers.push(
                    opened.map(|(format, extraction)| (format, extraction, Further::default())),
                );
            }
            answers
        }
    }
}

/// Opens files and shows a part of them.
pub trait LookAtFile: OpenFile {
    /// As [`OpenFile::open`], with the part of a sheet that is wanted.
    fn look(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
        window: Window,
    ) -> impl Future<Output = Result<(String, Extraction, BookView), Problem>> + Send;
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

impl OpenFile for ReaderPool {
    async fn open(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<(String, Extraction), Problem> {
        let (format, extraction) = self.read(context, bytes).await?;
        Ok((format.code().to_owned(), extraction))
    }

    async fn open_all(&mut self, files: &[(FileContext, &[u8])]) -> Vec<OpenedInParts> {
        let answers = self.read_all(files).await.into_iter();
        answers
            .map(|answer| {
                answer.map(|file| (file.format.code().to_owned(), file.extraction, file.further))
            })
            .collect()
    }
}

impl LookAtFile for InProcess {
    async fn look(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
        window: Window,
    ) -> Result<(String, Extraction, BookView), Problem> {
        let workbook = workbook::read(bytes, &self.limits)?;
        let extraction = layout::extract(&workbook, context);
        Ok((workbook.format.code().to_owned(), extraction, workbook::view(&workbook, window)))
    }
}

impl LookAtFile for ReaderPool {
    async fn look(
        &mut self,
        context: &FileContext,
        bytes: &[u8],
        window: Window,
    ) -> Result<(String, Extraction, BookView), Problem> {
        let (format, extraction, book) = ReaderPool::look(self, context, bytes, window).await?;
        Ok((format.code().to_owned(), extraction, book))
    }
}
