//! A picture that somebody chose, made anew: what is seen of it, and nothing else of the file.
//!
//! Kept is a JPEG, of a drawing too: it is small, so small a drawing does not show how it was packed, and what is of one
//! kind is served, handed out and printed in one way. What one sees through is seen on white paper.
//!
//! What must stay true: how large it is is known before room is made for it; so many are read at once, off the threads
//! that answer people, and nobody takes the place of others with many of theirs; where and with what it was taken is not in what is kept, nor anything that was put behind it;
//! what is kept is small and the right way up.

use std::{
    collections::HashSet,
    io::Cursor,
    sync::{Arc, Mutex, PoisonError},
};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, codecs::jpeg::JpegEncoder,
    metadata::Orientation,
};
use shared::PersonId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{Limit, PICTURE_POINTS_LIMIT, PICTURE_ROOM, PICTURE_SIDE_LIMIT, PICTURES_ARRIVING, PICTURES_READ};

/// The longer side of what is kept: three times what a page shows, as telephones have it.
const SIDE: u32 = 400;

/// So long may it be, which a photograph is a tenth of: see `migrations/28_pictures.sql`.
const LONGEST: usize = 256 * 1024;
/// The first is for what people look at; the others for points without any order.
const QUALITIES: [u8; 3] = [85, 50, 20];

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    #[error("This is not a picture we can read. Choose a photograph or drawing that is a JPEG or PNG file.")]
    Kind,
    #[error("This picture is too large to be read: it may have 25 million points. Choose a smaller copy of it.")]
    TooLarge,
    #[error("This picture is damaged, or not all of it is there. Choose it again, or another one.")]
    Broken,
}

/// Those that arrive, and those that are read.
#[derive(Clone)]
pub(crate) struct Pictures {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// Whose pictures are arriving.
    senders: Arc<Mutex<HashSet<PersonId>>>,
}

/// Room for one picture, until this is dropped.
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
    sender: PersonId,
    senders: Arc<Mutex<HashSet<PersonId>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.sender);
    }
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlace {
    #[error("Other pictures are arriving just now. Send this one again in a minute.")]
    Full,
    #[error(
        "Another picture that you sent is still arriving. Wait until it is there, two minutes at most, and send this one again."
    )]
    Yours,
}

impl Default for Pictures {
    fn default() -> Self {
        let [places, turns] = [PICTURES_ARRIVING, PICTURES_READ].map(|most| Arc::new(Semaphore::new(most)));
        Self { places, turns, senders: Arc::default() }
    }
}

impl Pictures {
    /// Room for one that is about to arrive; none where so many are arriving already, or another one of the same person.
    pub(crate) fn place(&self, sender: PersonId) -> Result<Place, NoPlace> {
        let place = self.find_place(sender);
        if place.is_err() {
            Limit::PicturesAtOnce.reached();
        }
        place
    }

    fn find_place(&self, sender: PersonId) -> Result<Place, NoPlace> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if senders.contains(&sender) {
            return Err(NoPlace::Yours);
        }
        let place = self.places.clone().try_acquire_owned().map_err(|_| NoPlace::Full)?;
        senders.insert(sender);
        Ok(Place { _place: place, sender, senders: self.senders.clone() })
    }

    /// The same picture as a JPEG of ours, once it is its turn.
    pub(crate) async fn remake(&self, file: Vec<u8>) -> Result<Vec<u8>, NoPicture> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| NoPicture::Broken)?;
        let made = tokio::task::spawn_blocking(move || {
            let made = remake(&file);
            drop(turn);
            made
        });
        // What makes the reader panic is no picture.
        let made = made.await.unwrap_or(Err(NoPicture::Broken));
        if made == Err(NoPicture::TooLarge) {
            Limit::PicturePoints.reached();
        }
        made
    }
}

/// The same picture as a JPEG of ours.
pub fn remake(file: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| NoPicture::Kind)?;
    let kind = reader.format().filter(|kind| matches!(kind, ImageFormat::Jpeg | ImageFormat::Png));
    let kind = kind.ok_or(NoPicture::Kind)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_LIMIT);
    limits.max_image_height = Some(PICTURE_SIDE_LIMIT);
    limits.max_alloc = Some(PICTURE_ROOM as u64);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| why(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PICTURE_POINTS_LIMIT || decoder.total_bytes() > PICTURE_ROOM as u64 {
        return Err(NoPicture::TooLarge);
    }
    // A reader of JPEG takes half of one, and leaves the rest grey.
    if kind == ImageFormat::Jpeg && !is_whole(file) {
        return Err(NoPicture::Broken);
    }
    // Telephones write down which way they were held, beside where they were.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| why(&error))?;
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(orientation);
    let picture = on_paper(&picture);
    for quality in QUALITIES {
        let mut kept = vec![];
        JpegEncoder::new_with_quality(&mut kept, quality).encode_image(&picture).map_err(|_| NoPicture::Broken)?;
        if kept.len() <= LONGEST {
            return Ok(kept);
        }
    }
    Err(NoPicture::TooLarge)
}

fn why(error: &ImageError) -> NoPicture {
    match error {
        ImageError::Limits(_) => NoPicture::TooLarge,
        ImageError::Unsupported(_) => NoPicture::Kind,
        _ => NoPicture::Broken,
    }
}

/// Whether this JPEG comes to its own end, not to that of the small picture many carry in their head.
fn is_whole(jpeg: &[u8]) -> bool {
    let mut at = 2;
    let mut in_points = false;
    while let Some([mark, kind]) = jpeg.get(at..at + 2) {
        match (mark, kind) {
            (0xff, 0xd9) => return true,
            // Filled up, or a mark without a length.
            (0xff, 0xff) => at += 1,
            (0xff, 0x00 | 0x01 | 0xd0..=0xd7) => at += 2,
            (0xff, kind) => {
                let Some([high, low]) = jpeg.get(at + 2..at + 4) else { return false };
                at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
                in_points = in_points || *kind == 0xda;
            }
            // Points stand between marks; anything else does not.
            _ if in_points => at += 1,
            _ => return false,
        }
    }
    false
}

/// What one sees through is seen on white.
fn on_paper(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let mix = |colour: u16| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        image::Rgb([mix(red), mix(green), mix(blue)])
    })
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;

    use super::*;
    use crate::limits::Answer;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Cursor::new(vec![]);
        let half = |x, _| image::Rgba([200, 30, 30, if x < width / 2 { 255 } else { 0 }]);
        RgbaImage::from_fn(width, height, half).write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut file = vec![];
        let points = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8]));
        JpegEncoder::new(&mut file).encode_image(&points).unwrap();
        file
    }

    /// With what a telephone writes into it: held on its side, and where; and a small picture of it.
    fn from_a_telephone(jpeg: &[u8], small: &[u8]) -> Vec<u8> {
        let tiff: &[u8] = b"II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x0e\x01\x02\0\x10\0\0\0\x26\0\0\0\0\0\0\0at 52.41 -1.51 W\0";
        let segment = [b"Exif\0\0".as_slice(), tiff, small].concat();
        let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, &segment, &jpeg[2..]].concat()
    }

    fn size(file: &[u8]) -> (u32, u32) {
        let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().unwrap();
        assert_eq!(reader.format(), Some(ImageFormat::Jpeg));
        reader.into_dimensions().unwrap()
    }

    #[test]
    fn it_is_made_anew_small_the_right_way_up_and_without_what_stood_in_the_file() {
        let file = from_a_telephone(&jpeg(1200, 600), b"");
        assert!(file.windows(6).any(|bytes| bytes == b"52.41 "));
        let kept = remake(&file).unwrap();
        assert_eq!(size(&kept), (200, 400), "held on its side");
        assert!(!kept.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"52.4"));
        assert_eq!(size(&remake(&png(100, 40)).unwrap()), (100, 40), "none is made larger");
        let seen = image::load_from_memory(&remake(&png(100, 40)).unwrap()).unwrap().to_rgb8();
        assert!(seen.get_pixel(90, 20).0.iter().all(|colour| *colour > 250), "what is not there is white");
    }

    #[test]
    fn what_has_no_order_at_all_is_small_enough_for_the_database_too() {
        let mut dice = 0x9e37_79b9_u32;
        let noise = RgbImage::from_fn(SIDE, SIDE, |_, _| {
            dice ^= dice << 13;
            dice ^= dice >> 17;
            dice ^= dice << 5;
            let [red, green, blue, _] = dice.to_le_bytes();
            image::Rgb([red, green, blue].map(|byte| if byte > 127 { 255 } else { 0 }))
        });
        let mut file = Cursor::new(vec![]);
        noise.write_to(&mut file, ImageFormat::Png).unwrap();
        let kept = remake(&file.into_inner()).unwrap();
        assert!(kept.len() > 100_000 && kept.len() <= LONGEST, "{}", kept.len());
    }

    #[test]
    fn what_was_put_behind_a_picture_is_not_kept_with_it() {
        for picture in [jpeg(64, 64), png(64, 64)] {
            let file = [picture.as_slice(), b"<script>i9q</script>"].concat();
            assert!(!remake(&file).unwrap().windows(3).any(|bytes| bytes == b"i9q"));
        }
    }

    #[test]
    fn what_says_it_is_huge_is_not_unpacked() {
        // Whole but for its points: forty-nine thousand by forty-nine thousand, and 11,000 by 11,000.
        for side in [49_000u32, 11_000] {
            let mut bomb = png(1, 1);
            bomb[16..20].copy_from_slice(&side.to_be_bytes());
            bomb[20..24].copy_from_slice(&side.to_be_bytes());
            let sum = crc(&bomb[12..29]);
            bomb[29..33].copy_from_slice(&sum.to_be_bytes());
            assert_eq!(remake(&bomb), Err(NoPicture::TooLarge), "{side}");
        }
        let mut bomb = jpeg(8, 8);
        let frame = bomb.windows(2).position(|mark| mark == b"\xff\xc0").unwrap();
        bomb[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        assert_eq!(remake(&bomb), Err(NoPicture::TooLarge));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn what_is_no_picture_or_half_of_one_is_refused() {
        let others: [&[u8]; 6] = [
            b"",
            b"hello",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a\x01\0\x01\0\0\0\0;",
            b"BM",
            b"%PDF-1.4",
        ];
        for other in others {
            assert_eq!(remake(other), Err(NoPicture::Kind));
        }
        let (png, jpeg) = (png(64, 64), from_a_telephone(&jpeg(64, 64), &jpeg(16, 16)));
        for file in [png, jpeg] {
            assert!(remake(&file).is_ok());
            // Of a PNG all points may be there before its end.
            for half in [file.len() / 2, file.len() * 3 / 4, file.len() - 20] {
                assert!(remake(&file[..half]).is_err(), "{half} of {}", file.len());
            }
            assert!(remake(&file[..40]).is_err() && remake(&file[..2]).is_err());
        }
    }

    #[tokio::test]
    async fn so_many_arrive_at_once_and_fewer_are_read() {
        let pictures = Pictures::default();
        let person = |n: usize| PersonId(uuid::Uuid::from_u128(n as u128));
        let places: Vec<_> = (0..PICTURES_ARRIVING).map(|n| pictures.place(person(n)).unwrap()).collect();
        assert_eq!(pictures.place(person(99)).err(), Some(NoPlace::Full), "one more is asked to come again");
        assert_eq!(pictures.place(person(0)).err(), Some(NoPlace::Yours));
        drop(places);
        assert!(pictures.place(person(0)).is_ok());
        let turns = pictures.turns.clone().acquire_many_owned(u32::try_from(PICTURES_READ).unwrap()).await.unwrap();
        let mut waits = Box::pin(pictures.remake(png(8, 8)));
        assert!(futures::poll!(&mut waits).is_pending());
        drop(turns);
        assert!(waits.await.is_ok());
        assert_eq!(Limit::PicturesAtOnce.row().answer, Answer::Http(503));
    }
}
