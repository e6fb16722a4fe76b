//! A picture of the screen: 200 x 60 cells of text, lines and braille.
//!
//! `cargo bench --bench pictures`.

use batchscope::export::{Ground, screen};
use criterion::{Criterion, criterion_group, criterion_main};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

/// A chart's worth of braille in the upper half, a table's worth of text below.
fn cells() -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 60));
    for row in 0..60u16 {
        let text: String = match row {
            0 | 59 => "─".repeat(200),
            1..30 => {
                (0..200u32).filter_map(|x| char::from_u32(0x2800 + (x * 37 + u32::from(row) * 91) % 256)).collect()
            }
            _ => "│▸● ✓ baseline   2   5 █████████████▌ 5.0  20750 0.845 0.003 0.849 0.624 │".repeat(3),
        };
        let colour = Color::Rgb(100 + 2 * row as u8, 180, 230);
        buffer.set_stringn(0, row, text, 200, Style::new().fg(colour).bg(Color::Rgb(31, 35, 43)));
    }
    buffer
}

fn pictures(criterion: &mut Criterion) {
    let (buffer, ground) = (cells(), Ground { text: (216, 222, 233), background: (31, 35, 43) });
    criterion.bench_function("picture of a screen of 200 x 60 cells", |bencher| {
        bencher.iter(|| screen(&buffer, ground, "a bench").expect("a picture"));
    });
}

criterion_group!(benches, pictures);
criterion_main!(benches);
