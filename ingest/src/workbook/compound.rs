//! OLE compound files: the container of .xls, of encrypted workbooks and of .msg.
//!
//! Every chain of sectors is bounded by the number of sectors the file can hold, so that a chain that loops ends as
//! a damaged file and not as a machine without memory.

use readings::Problem;

use super::refusal::corrupt;

/// An opened compound file.
#[derive(Debug)]
pub struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
    small_table: Vec<u32>,
    small_stream: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    kind: u8,
    start: u32,
    length: u64,
    /// Its neighbours in the tree of its folder, and the root of the tree of its own.
    left: u32,
    right: u32,
    child: u32,
}

/// An entry of the directory, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId(u32);

const UNUSED: u8 = 0;
const FOLDER: u8 = 1;
const STREAM: u8 = 2;
const ROOT: u8 = 5;

const END: u32 = 0xFFFF_FFFE;
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
const SMALL: usize = 64;
const SMALL_LIMIT: u64 = 4096;

impl<'a> CompoundFile<'a> {
    /// Reads the tables and the directory.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Problem> {
        let header = bytes.get(..512).ok_or_else(|| corrupt("The file ends within its header."))?;
        let sector = match short(header, 30) {
            9 => 512,
            12 => 4096,
            _ => return Err(corrupt("The header of the file states no valid size of sectors.")),
        };
        let mut file = Self {
            bytes,
            sector,
            table: Vec::new(),
            small_table: Vec::new(),
            small_stream: Vec::new(),
            entries: Vec::new(),
        };
        file.table = file.read_table(header)?;
        let directory = file.chain(long(header, 48), u64::MAX)?;
        file.entries = directory.chunks_exact(128).map(Entry::read).collect();
        let small_start = long(header, 60);
        if small_start < LAST_SECTOR
            && let Some((start, length)) = file
                .entries
                .iter()
                .find(|entry| entry.kind == ROOT)
                .map(|root| (root.start, root.length))
        {
            file.small_table = longs(&file.chain(small_start, u64::MAX)?);
            file.small_stream = file.chain(start, length)?;
        }
        Ok(file)
    }

    /// Whether a stream or folder of this name is in it, in any case and at any depth.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.kind != UNUSED && entry.is(name))
    }

    /// The bytes of a stream.
    pub fn stream(&self, name: &str) -> Result<Vec<u8>, Problem> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.kind == STREAM && entry.is(name))
            .ok_or_else(|| corrupt(format!("The stream {name} is missing.")))?;
        self.bytes_of(entry)
    }

    /// The folder that holds all others.
    pub fn root(&self) -> Option<EntryId> {
        let place = self.entries.iter().position(|entry| entry.kind == ROOT)?;
        u32::try_from(place).ok().map(EntryId)
    }

    /// What stands in a folder, in the order of its names as the file sorts them.
    pub fn children(&self, folder: EntryId) -> Vec<EntryId> {
        let mut found = Vec::new();
        let Some(root) = self.entry(folder) else { return found };
        let mut open = vec![root.child];
        // Each entry has one place in one tree; a tree that loops is cut where it has named every entry.
        while let Some(next) = open.pop()
            && found.len() < self.entries.len()
        {
            let id = EntryId(next);
            let Some(entry) = self.entry(id).filter(|entry| entry.kind != UNUSED) else { continue };
            found.push(id);
            open.push(entry.right);
            open.push(entry.left);
        }
        found.sort_by(|a, b| self.name(*a).cmp(self.name(*b)));
        found.dedup();
        found
    }

    /// The name of an entry.
    pub fn name(&self, id: EntryId) -> &str {
        self.entry(id).map_or("", |entry| entry.name.as_str())
    }

    /// Whether an entry is a folder.
    pub fn is_folder(&self, id: EntryId) -> bool {
        self.entry(id).is_some_and(|entry| entry.kind == FOLDER)
    }

    /// The bytes that an entry says it has; a file can say that of many entries at once.
    pub fn length(&self, id: EntryId) -> u64 {
        self.entry(id).map_or(0, |entry| entry.length)
    }

    /// The bytes of an entry.
    pub fn content(&self, id: EntryId) -> Result<Vec<u8>, Problem> {
        match self.entry(id) {
            Some(entry) if entry.kind == STREAM => self.bytes_of(entry),
            _ => Err(corrupt("An entry of the file that should hold bytes is none.")),
        }
    }

    fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)
    }

    fn bytes_of(&self, entry: &Entry) -> Result<Vec<u8>, Problem> {
        if entry.length < SMALL_LIMIT {
            self.small_chain(entry.start, entry.length)
        } else {
            self.chain(entry.start, entry.length)
        }
    }

    fn sectors(&self) -> usize {
        self.bytes.len().div_ceil(self.sector)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        // The last sector of a file is often cut where its content ends.
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    /// The table of which sector follows which, gathered from the sectors the header and its continuation list.
    fn read_table(&self, header: &[u8]) -> Result<Vec<u32>, Problem> {
        let mut numbers = longs(&header[76..512]);
        let mut next = long(header, 68);
        let mut steps = 0;
        while next < LAST_SECTOR {
            steps += 1;
            if steps > self.sectors() {
                return Err(corrupt("The table of sectors refers to itself without end."));
            }
            let Some(sector) = self.sector(next) else { break };
            let mut more = longs(sector);
            next = more.pop().unwrap_or(END);
            numbers.extend(more);
        }
        let mut table = Vec::new();
        for number in numbers.into_iter().filter(|number| *number < LAST_SECTOR) {
            if table.len() > self.sectors() {
                break;
            }
            let sector = self
                .sector(number)
                .ok_or_else(|| corrupt("The table of sectors lies beyond the end of the file."))?;
            table.extend(longs(sector));
        }
        Ok(table)
    }

    fn chain(&self, start: u32, length: u64) -> Result<Vec<u8>, Problem> {
        let mut content = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next < LAST_SECTOR && (content.len() as u64) < length {
            steps += 1;
            if steps > self.sectors() {
                return Err(corrupt("A chain of sectors loops without end."));
            }
            let Some(sector) = self.sector(next) else {
                return Err(corrupt(
                    "A chain of sectors leads beyond the end of the file: it is cut off.",
                ));
            };
            content.extend_from_slice(sector);
            next = self.table.get(next as usize).copied().unwrap_or(END);
        }
        content.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(content)
    }

    fn small_chain(&self, start: u32, length: u64) -> Result<Vec<u8>, Problem> {
        let mut content = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next < LAST_SECTOR && (content.len() as u64) < length {
            steps += 1;
            if steps > self.small_stream.len() / SMALL + 1 {
                return Err(corrupt("A chain of small sectors loops without end."));
            }
            let at = next as usize * SMALL;
            let end = (at + SMALL).min(self.small_stream.len());
            let Some(sector) = self.small_stream.get(at..end).filter(|sector| !sector.is_empty())
            else {
                return Err(corrupt("A chain of small sectors leads beyond their stream."));
            };
            content.extend_from_slice(sector);
            next = self.small_table.get(next as usize).copied().unwrap_or(END);
        }
        content.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(content)
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Self {
        let kind = if matches!(bytes[66], FOLDER | STREAM | ROOT) { bytes[66] } else { UNUSED };
        let length = usize::from(short(bytes, 64)).saturating_sub(2).min(62);
        let units: Vec<u16> = bytes[..length & !1]
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let name = String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned();
        // The upper half of the length is rubbish in files of version 3.
        let length = u64::from(long(bytes, 120));
        Self {
            name,
            kind,
            start: long(bytes, 116),
            length,
            left: long(bytes, 68),
            right: long(bytes, 72),
            child: long(bytes, 76),
        }
    }

    fn is(&self, name: &str) -> bool {
        // Storages that Office adds have a control character in front.
        self.name.trim_start_matches(|c: char| c.is_control()).eq_ignore_ascii_case(name)
    }
}

/// The 16-bit number at this place.
fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// The 32-bit number at this place.
fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn longs(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect()
}
