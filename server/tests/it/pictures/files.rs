//! Pictures as cameras, drawing programs and people who mean harm make them.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg::JpegEncoder};

pub(super) fn photograph(width: u32, height: u32) -> Vec<u8> {
    let mut file = vec![];
    let points = RgbImage::from_fn(width, height, |x, y| Rgb([(x / 5) as u8, (y / 3) as u8, (x ^ y) as u8]));
    JpegEncoder::new(&mut file).encode_image(&points).unwrap();
    file
}

/// On paper one sees through.
pub(crate) fn drawing(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(vec![]);
    let points = RgbaImage::from_fn(width, height, |x, _| Rgba([200, 30, 30, if x < width / 2 { 255 } else { 0 }]));
    points.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

/// With what a telephone writes into it: held on its side, where it was, and a small picture of the picture.
pub(super) fn from_a_telephone(jpeg: &[u8], small: &[u8]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let words = b"GPS: at 52.41 N\0";
    // Three entries, and behind them the places, and the words.
    let places = 8 + 2 + 3 * 12 + 4;
    let said = places + 2 + 2 * 12 + 4 + 24;
    let tiff = [
        b"II*\0\x08\0\0\0\x03\0".to_vec(),
        entry(0x010e, 2, words.len() as u32, u32::to_le_bytes(said)),
        entry(0x0112, 3, 1, [6, 0, 0, 0]),
        entry(0x8825, 4, 1, u32::to_le_bytes(places)),
        vec![0; 4],
        b"\x02\0".to_vec(),
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, u32::to_le_bytes(places + 2 + 2 * 12 + 4)),
        vec![0; 4],
        [52u32, 1, 24, 1, 36, 1].iter().flat_map(|number| number.to_le_bytes()).collect(),
        words.to_vec(),
    ];
    let segment = [b"Exif\0\0".as_slice(), &tiff.concat(), small].concat();
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &segment, &jpeg[2..]].concat()
}

/// A whole PNG that says it has so many points a side.
pub(super) fn says_it_is_huge(side: u32) -> Vec<u8> {
    let mut file = drawing(1, 1);
    file[16..20].copy_from_slice(&side.to_be_bytes());
    file[20..24].copy_from_slice(&side.to_be_bytes());
    let sum = crc(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

/// A whole PNG of so many points a side, all of them the same: some thousand times smaller than what it unpacks to.
pub(super) fn is_huge(side: u32) -> Vec<u8> {
    let mut file = Cursor::new(vec![]);
    image::GrayImage::new(side, side).write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

pub(super) fn size(file: &[u8]) -> (u32, u32) {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().unwrap();
    assert_eq!(reader.format(), Some(ImageFormat::Jpeg));
    reader.into_dimensions().unwrap()
}

pub(super) fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
