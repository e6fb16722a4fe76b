use super::*;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::Sweep;
use crate::export::palette::PictureTheme;
use crate::plot::{ArmScores, Band, CellScores, Curve, Failure, FigurePanel, InstanceScore, Line, View};
use std::sync::Arc;

fn line(size: usize, dash: u32) -> Line {
    let y = 0.5 + 0.04 * size as f64 + 0.01 * f64::from(dash);
    Line {
        name: format!("bs {size} #{dash}"),
        colour: size,
        instance: Some(dash),
        curve: Arc::new(Curve::of([(0.0, 0.5), (50.0, y), (100.0, y + 0.1)])),
        trained_from: Some(50.0),
        raw: None,
        band: None,
        runs: 1,
        counts: Arc::default(),
    }
}

fn panel(title: &str) -> FigurePanel {
    FigurePanel {
        title: title.into(),
        x_range: (0.0, 100.0),
        epoch: Some(20.0),
        lines: (0..5).map(|number| line(number as usize, number)).collect(),
        reference: Vec::new(),
        failures: Vec::new(),
        one_class: 0,
        beyond: (false, false),
    }
}

fn figure() -> Figure {
    Figure {
        title: "validation accuracy".into(),
        x_label: "pairs seen".into(),
        y_label: "validation accuracy".into(),
        y_range: (0.4, 0.9),
        log_y: false,
        is_difference: false,
        band: Band::Runs,
        batch_sizes: [2, 8, 16, 32, 64].map(BatchSize::Of).into(),
        instances: 5,
        panels: vec![panel("baseline")],
    }
}

/// What a picture of a size gets.
fn of<T>(figure: &Figure, metric: Metric, size: PictureSize, draw: impl FnOnce(&Drawing<'_>) -> T) -> T {
    let view = SavedView::of(
        "mine".into(),
        &Sweep::default(),
        &|_| true,
        (metric, &View::default(), figure),
        PictureTheme::Light,
    );
    draw(&Drawing {
        content: &Content::Curves(figure.clone()),
        view: &view,
        palette: &FigurePalette::of(PictureTheme::Light, figure.batch_sizes.len()),
        subject: "MRPC, bert-mini",
        provenance: "a test",
        size,
    })
}

fn svg(figure: &Figure) -> String {
    of(figure, Metric::ValidAccuracy, PictureSize::default(), |drawing| drawing.svg()).unwrap()
}

fn png(figure: &Figure) -> Vec<u8> {
    of(figure, Metric::ValidAccuracy, PictureSize::default(), |drawing| drawing.png()).unwrap()
}

fn decoded(bytes: &[u8]) -> (png::Info<'static>, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    (reader.info().clone(), pixels)
}

/// The value of an attribute in an element's text.
fn attribute(element: &str, name: &str) -> Option<f64> {
    let value = element.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    value.parse().ok()
}

fn elements<'s>(svg: &'s str, name: &str) -> Vec<&'s str> {
    let begin = format!("<{name} ");
    svg.lines().filter(|line| line.starts_with(&begin)).collect()
}

/// The areas of the panels, as their clip paths have them.
fn areas(svg: &str) -> Vec<Rect> {
    let lines: Vec<&str> = svg.lines().collect();
    let clips = lines.windows(2).filter(|pair| pair[0].starts_with("<clipPath "));
    let rect = |element: &str| {
        let [left, top, width, height] = ["x", "y", "width", "height"].map(|name| attribute(element, name).unwrap());
        Rect { left, top, width, height }
    };
    clips.map(|pair| rect(pair[1])).collect()
}

#[test]
fn the_same_figure_gives_the_same_bytes_and_shows_every_colour() {
    let bytes = png(&figure());
    assert_eq!(bytes, png(&figure()));
    let (info, pixels) = decoded(&bytes);
    assert_eq!((info.width, info.height), (1600, 900));
    assert_eq!(info.utf8_text[0].get_text().unwrap(), "a test");
    let per_metre = info.pixel_dims.unwrap().xppu;
    assert!((f64::from(per_metre) * 0.0254 - 150.0).abs() < 0.1, "{per_metre} pixels a metre");
    for colour in FigurePalette::of(PictureTheme::Light, 5).series {
        let shown = pixels.chunks_exact(3).filter(|p| (p[0], p[1], p[2]) == colour).count();
        assert!(shown > 300, "{colour:?} in {shown} pixels");
    }
}

#[test]
fn a_curve_is_one_path_and_instances_have_real_dashes() {
    let text = svg(&figure());
    assert_eq!(text, svg(&figure()));
    let inside = text.split("<g clip-path").nth(1).unwrap().split("</g>").next().unwrap();
    assert_eq!(elements(inside, "path").len(), 5, "{inside}");
    let mut dashes: Vec<&str> =
        elements(inside, "path").iter().filter_map(|path| path.split("stroke-dasharray=\"").nth(1)).collect();
    dashes.iter_mut().for_each(|dash| *dash = dash.split('"').next().unwrap());
    dashes.sort_unstable();
    dashes.dedup();
    assert_eq!(dashes.len(), 4, "one is unbroken: {dashes:?}");
    // outside the clipped group: those at the edge are whole
    assert_eq!(elements(inside, "circle").len(), 0);
    assert_eq!(elements(&text, "circle").len(), 15, "few points have markers");
}

#[test]
fn it_says_what_is_seen_in_words_that_can_be_searched() {
    let text = svg(&figure());
    for words in [
        ">MRPC, bert-mini: validation accuracy by batch size</text>",
        ">every run, n = 1 · over pairs seen</text>",
        ">validation accuracy (%)</text>",
        ">pairs seen</text>",
        ">a test</text>",
        ">80</text>",
        ">epoch 1</text>",
        ">5</text>",
        ">instance</text>",
    ] {
        assert!(text.contains(words), "{words}");
    }
    let loss = of(&figure(), Metric::ValidLoss, PictureSize::default(), |drawing| drawing.svg()).unwrap();
    assert!(loss.contains(">cross-entropy (nats)</text>") && loss.contains(">0.8"));
}

/// Whatever the number of arms and the size: panels are inside the picture and apart, and no words stand on data.
#[test]
fn words_and_data_have_their_own_room_at_every_size() {
    let long = "learning-rate-scaling-linear-and-a-name-that-does-not-end-for-a-long-while";
    for (width, height, dpi) in
        [(1600, 900, 150), (320, 200, 150), (600, 1600, 150), (2400, 500, 150), (975, 600, 150), (3300, 2550, 300)]
    {
        for arms in [1, 2, 3, 5, 10, 16] {
            for sizes in [1, 5, 8, 16] {
                let mut many = figure();
                many.batch_sizes = (0..sizes as u32).map(|power| BatchSize::Of(2 << power)).collect();
                many.panels = (0..arms).map(|arm| panel(&format!("{long}-{arm}"))).collect();
                for (arm, panel) in many.panels.iter_mut().enumerate() {
                    panel.lines = (0..sizes).flat_map(|size| [line(size, 0), line(size, 1)]).collect();
                    panel.x_range.1 += (arm % 2) as f64;
                }
                let size = PictureSize { width, height, dpi };
                let text = match of(&many, Metric::ValidAccuracy, size, |drawing| drawing.svg()) {
                    Ok(text) => text,
                    // of the smallest picture, words of a readable size leave room for some panels only
                    Err(PictureError::Room { .. }) if width == 320 && arms > 3 => continue,
                    Err(error) => panic!("{arms} arms in {width} x {height}: {error}"),
                };
                let areas = areas(&text);
                let what = format!("{arms} arms, {sizes} sizes in {width} x {height} at {dpi}");
                assert_eq!(areas.len(), arms, "{what}");
                for (place, area) in areas.iter().enumerate() {
                    assert!(area.left > 0.0 && area.top > 0.0, "{what}: {area:?}");
                    assert!(area.right() < f64::from(width) && area.bottom() < f64::from(height), "{what}: {area:?}");
                    let apart = |other: &Rect| {
                        area.right() < other.left
                            || other.right() < area.left
                            || area.bottom() < other.top
                            || other.bottom() < area.top
                    };
                    assert!(areas[..place].iter().all(apart), "{what}: panels overlap");
                    for words in elements(&text, "text").iter().filter(|words| !words.contains("transform")) {
                        let (x, y) = (attribute(words, "x").unwrap(), attribute(words, "y").unwrap());
                        let on_data = (area.left + 0.5..area.right()).contains(&x)
                            && (area.top + 0.5..area.bottom() - 0.5).contains(&y);
                        assert!(!on_data, "{what}: {words} in {area:?}");
                    }
                }
            }
        }
    }
}

/// Lines used to run on over the axes and the title.
#[test]
fn nothing_leaves_the_axes_of_a_panel() {
    let mut zoomed = figure();
    (zoomed.panels[0].x_range, zoomed.y_range) = ((20.0, 60.0), (0.55, 0.62));
    zoomed.panels[0].lines[0].curve = Arc::new(Curve::of([(0.0, 0.6), (50.0, 1e30), (100.0, f64::NAN)]));
    let area = areas(&svg(&zoomed))[0];
    let (_, pixels) = decoded(&png(&zoomed));
    let colours = FigurePalette::of(PictureTheme::Light, 5).series;
    let (mut inside, mut outside) = (0, 0);
    for (place, pixel) in pixels.chunks_exact(3).enumerate() {
        let (x, y) = ((place % 1600) as f64, (place / 1600) as f64);
        // what is further to the right is the legend
        if colours.contains(&(pixel[0], pixel[1], pixel[2])) && x < area.right() + 20.0 {
            // markers at the edge are whole: they have a radius of 2.3 points
            let room = 2.3 * 150.0 / 72.0 + 1.0;
            let is_inside = (area.left - room..=area.right() + room).contains(&x)
                && (area.top - room..=area.bottom() + room).contains(&y);
            *(if is_inside { &mut inside } else { &mut outside }) += 1;
        }
    }
    assert_eq!(outside, 0);
    assert!(inside > 500, "{inside}");
}

#[test]
fn points_outside_are_counted_and_marked_at_the_edge() {
    let mut cut = figure();
    cut.y_range = (0.55, 0.9);
    assert!(!svg(&cut).contains("point below"));
    cut.panels[0].beyond = (true, false);
    // the first point of every line, and the second of the first two, which are at 0.5 and 0.55
    let text = svg(&cut);
    assert!(text.contains(">6 points below</text>"), "{text}");
    let arrows = elements(&text, "path").iter().filter(|path| path.contains("fill-opacity=\"1\"")).count();
    assert_eq!(arrows, 2, "points at one place have one arrow");
}

#[test]
fn bands_ribbons_failures_and_logarithmic_axes_are_drawn() {
    let plain = figure();
    let curve = |offset: f64| Arc::new(Curve::of([(0.0, 0.5 + offset), (50.0, 0.6 + offset), (100.0, 0.8 + offset)]));
    let mut banded = plain.clone();
    (banded.band, banded.instances) = (Band::Deviation, 0);
    banded.panels[0].lines[0].band = Some((curve(-0.05), curve(0.05)));
    let text = svg(&banded);
    assert!(text.contains("mean ± sd, n = 1") && text.contains("fill-opacity=\"0.16\""));
    assert!(text.contains("stroke-opacity=\"0.55\""), "a band has edges");
    let mut smoothed = plain.clone();
    smoothed.panels[0].lines[0].raw = Some(curve(0.1));
    let text = svg(&smoothed);
    assert!(text.contains(">batches, middle half</text>") && text.matches("fill-opacity=\"0.22\"").count() == 2);
    let mut failed = plain.clone();
    failed.panels[0].failures = vec![Failure { colour: 0, x: 30.0, y: None }];
    assert!(svg(&failed).contains(">failed run</text>") && !svg(&plain).contains(">failed run</text>"));
    let logarithmic = Figure { log_y: true, ..plain.clone() };
    assert_ne!(svg(&logarithmic), svg(&plain));
}

#[test]
fn what_does_not_occur_is_not_in_the_legend() {
    let mut few = figure();
    few.panels[0].lines = vec![line(1, 0), line(3, 0)];
    let text = svg(&few);
    assert!(!text.contains(">instance</text>") && text.contains(">32</text>") && !text.contains(">64</text>"));
    let palette = FigurePalette::of(PictureTheme::Light, 5);
    assert!(text.contains(&crate::theme::hex(palette.series[3])), "a colour does not depend on what is hidden");
}

/// Dashes of a line that goes up and down within a few pixels would be noise.
#[test]
fn rough_lines_have_no_dashes_and_their_legend_names_none() {
    let mut rough = figure();
    let noise = Curve::of((0..2000).map(|x| (f64::from(x) / 20.0, 0.6 + 0.2 * (f64::from(x) * 12.9898).sin())));
    rough.panels[0].lines[1].curve = Arc::new(noise);
    let text = svg(&rough);
    let inside = text.split("<g clip-path").nth(1).unwrap().split("</g>").next().unwrap();
    assert!(!inside.contains("stroke-dasharray") && !text.contains(">instance</text>"));
}

#[test]
fn single_points_and_gaps_are_dots() {
    let mut single = figure();
    single.panels[0].lines.truncate(1);
    single.panels[0].lines[0].curve = Arc::new(Curve::of([(50.0, 0.6)]));
    assert_eq!(svg(&single).matches("<circle").count(), 1);
    let gaps = (0..100).map(|x| (f64::from(x), if x % 2 == 0 { 0.6 } else { f64::NAN }));
    single.panels[0].lines[0].curve = Arc::new(Curve::of(gaps));
    assert_eq!(svg(&single).matches("<circle").count(), 50);
}

#[test]
fn letters_and_lines_grow_with_the_dots_of_an_inch() {
    let at = |width, height, dpi| {
        let size = PictureSize { width, height, dpi };
        let text = of(&figure(), Metric::ValidAccuracy, size, |drawing| drawing.svg()).unwrap();
        let title = *elements(&text, "text").first().unwrap();
        attribute(title, "font-size").unwrap()
    };
    let usual = at(1600, 900, 150);
    assert!((at(3200, 1800, 300) - 2.0 * usual).abs() < 0.05);
    assert!(at(800, 450, 150) < usual);
}

fn scores(arms: usize) -> FinalScores {
    let cell = |arm: usize, size: usize| CellScores {
        size,
        instances: (0..5)
            .map(|iid| InstanceScore { iid: Some(iid), value: 0.8 + 0.01 * f64::from(iid) - 0.02 * arm as f64 })
            .collect(),
        mean: 0.82 - 0.02 * arm as f64,
        interval: Some((0.8 - 0.02 * arm as f64, 1.2)),
    };
    FinalScores {
        metric: Metric::ValidAccuracy,
        batch_sizes: [2, 8, 64].map(BatchSize::Of).into(),
        y_range: (0.4, 0.9),
        arms: (0..arms)
            .map(|arm| ArmScores {
                name: format!("arm-{arm}"),
                place: arm,
                cells: (0..3).map(|size| cell(arm, size)).collect(),
            })
            .collect(),
    }
}

#[test]
fn final_scores_show_every_instance_mean_and_interval_within_the_axes() {
    let view = SavedView::of(
        "mine".into(),
        &Sweep::default(),
        &|_| true,
        (Metric::ValidAccuracy, &View::default(), &figure()),
        PictureTheme::Light,
    );
    let view = view.of_final_scores(Metric::ValidAccuracy);
    for arms in [1, 2, 9] {
        for (width, height, dpi) in [(1600, 900, 150), (320, 200, 150), (600, 1600, 150)] {
            let content = Content::FinalScores(Some(scores(arms)));
            let drawing = Drawing {
                content: &content,
                view: &view,
                palette: &FigurePalette::of(PictureTheme::Light, arms),
                subject: "MRPC, bert-mini",
                provenance: "a test",
                size: PictureSize { width, height, dpi },
            };
            let text = drawing.svg().unwrap();
            let what = format!("{arms} arms in {width} x {height}");
            assert!(text.contains("final validation accuracy against batch size"), "{what}");
            let faint = elements(&text, "circle").into_iter().filter(|dot| dot.contains("fill-opacity")).count();
            assert!(faint >= arms * 3 * 5, "{what}: {faint} instances");
            for dot in elements(&text, "circle") {
                let (x, y) = (attribute(dot, "cx").unwrap(), attribute(dot, "cy").unwrap());
                assert!(x > 0.0 && x < f64::from(width) && y > 0.0 && y < f64::from(height), "{what}: {dot}");
            }
            drawing.png().unwrap();
        }
    }
}
