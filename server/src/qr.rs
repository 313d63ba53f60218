//! QR codes: a link for a telephone’s camera, drawn as one path.

use std::fmt::Write;

use app::view::doors::Qr;
use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the dark ones, without which cameras do not find them.
const MARGIN: i32 = 4;

/// Of something short enough: a link is.
pub(crate) fn of(text: &str) -> Qr {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return Qr { size: 0, path: String::new() };
    };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing to a string cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    Qr { size: (size + 2 * MARGIN).unsigned_abs(), path }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_link_becomes_a_square_with_its_three_corners() {
        let qr = of("https://meetings.example/join/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert!(qr.size > 30 && qr.size < 60);
        let far = qr.size - 4 - 7;
        for (x, y) in [(4, 4), (far, 4), (4, far)] {
            // The outer ring and the heart of a corner are dark, the ring between them is light.
            let is_dark = |dx, dy| qr.path.contains(&format!("M{} {}h1", x + dx, y + dy));
            assert!(is_dark(0, 0) && is_dark(6, 6) && is_dark(3, 3) && !is_dark(1, 1));
        }
    }
}
