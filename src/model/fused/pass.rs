//! What every part of one pass through a layer reads, and where its backward pass leaves gradients.

use super::linear::LinearMap;
use super::matmul::WriteMode;
use super::shape::{LayerShape, LinearRanges};
use crate::model::outputs::OutputPositions;
use std::ops::Range;

#[derive(Clone, Copy)]
pub struct LayerPass<'p> {
    pub shape: &'p LayerShape,
    /// flat, at the shape's ranges
    pub parameters: &'p [f32],
    /// another after every update of the parameters
    pub version: u64,
    /// tokens of each of the B sequences
    pub sequences: &'p [Range<usize>],
    /// which R rows are used
    pub outputs: OutputPositions,
    /// batch norm takes the statistics of the batch
    pub training: bool,
    /// \[T, H\] the layer's input
    pub x: &'p [f32],
}

impl<'p> LayerPass<'p> {
    pub fn parameter(self, range: &Range<usize>) -> &'p [f32] {
        &self.parameters[range.clone()]
    }

    pub fn linear(self, ranges: &LinearRanges) -> LinearMap<'p> {
        self.linear_of(self.parameter(&ranges.weight), ranges.bias.len())
    }

    /// `weight` \[out, in\] is part of the parameters.
    pub fn linear_of(self, weight: &'p [f32], outputs: usize) -> LinearMap<'p> {
        LinearMap::new(weight, outputs, self.shape.precision, self.version)
    }
}

/// The flat gradient of a layer's parameters.
pub struct ParameterGradient<'g> {
    pub values: &'g mut [f32],
    /// for weights; gradients of vectors are always added
    pub mode: WriteMode,
}

impl ParameterGradient<'_> {
    pub fn at(&mut self, range: &Range<usize>) -> &mut [f32] {
        &mut self.values[range.clone()]
    }

    pub fn add(&mut self, range: &Range<usize>, sums: &[f32]) {
        for (gradient, sum) in self.at(range).iter_mut().zip(sums) {
            *gradient += sum;
        }
    }
}
