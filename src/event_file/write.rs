//! Appends scalars to an event file.

use super::messages::{
    Event, FLOAT, PluginData, SCALARS, START, SessionLog, Summary, SummaryMetadata, SummaryValue, TensorProto,
    TensorShape, masked_crc,
};
use prost::Message;
use std::io::{self, Write};

/// Writes complete records, one per call, so that a reader never sees a partial one while the writer runs.
pub struct EventWriter<W: Write> {
    target: W,
}

impl<W: Write> EventWriter<W> {
    /// Starts a file with the version record. `wall_time` in seconds since 1970.
    pub fn new(target: W, wall_time: f64) -> io::Result<Self> {
        let mut writer = Self { target };
        writer.record(&Event { wall_time, file_version: Some("brain.Event:2".into()), ..Event::default() })?;
        Ok(writer)
    }

    /// Writes a session start: from `step` on, this file replaces earlier files of the same curve.
    pub fn starts(&mut self, wall_time: f64, step: u64) -> io::Result<()> {
        let session_log = Some(SessionLog { status: START });
        self.record(&Event { wall_time, step: step as i64, session_log, ..Event::default() })
    }

    /// Values of several tags at one step.
    pub fn scalars(&mut self, wall_time: f64, step: u64, values: &[(&str, f32)]) -> io::Result<()> {
        let value = values.iter().map(|(tag, value)| scalar(tag, *value)).collect();
        self.record(&Event { wall_time, step: step as i64, summary: Some(Summary { value }), ..Event::default() })
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }

    /// Length, its checksum, the message, its checksum; all little-endian.
    fn record(&mut self, event: &Event) -> io::Result<()> {
        let body = event.encode_to_vec();
        let length = (body.len() as u64).to_le_bytes();
        let mut record = Vec::with_capacity(body.len() + 16);
        record.extend(length);
        record.extend(masked_crc(&length).to_le_bytes());
        record.extend(&body);
        record.extend(masked_crc(&body).to_le_bytes());
        self.target.write_all(&record)
    }
}

fn scalar(tag: &str, value: f32) -> SummaryValue {
    let plugin = PluginData { plugin_name: "scalars".into(), content: Vec::new() };
    SummaryValue {
        tag: tag.into(),
        simple_value: None,
        tensor: Some(TensorProto {
            dtype: FLOAT,
            tensor_shape: Some(TensorShape::default()),
            float_val: vec![value],
            ..TensorProto::default()
        }),
        metadata: Some(SummaryMetadata { plugin_data: Some(plugin), data_class: SCALARS }),
    }
}
