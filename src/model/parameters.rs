//! Parameters in one flat tensor, read through named views, with one flat gradient.
//!
//! candle's own gradient of a narrowed tensor is as large as the whole, once for every view. Here a view's backward pass
//! adds its gradient to a range of the group's and propagates nothing further: the flat tensor is a leaf.

use super::layout::{Layout, TensorView};
use candle_core::{CpuStorage, CustomOp1, InplaceOp1, Layout as Strides, Result, Shape, Tensor, Var, bail};
use candle_nn::Linear;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Parameters that are stored, updated and checkpointed together: the embeddings, one layer, or the head.
pub struct Group {
    layout: Layout,
    /// \[P\] where P is the layout's length
    values: Var,
    version: u64,
    gradient: Gradient,
}

/// A group's flat gradient, shared with the operations that accumulate into it.
pub type Gradient = Arc<Mutex<GradientBuffer>>;

/// Locks a buffer. One that a panic left half written is never used: its run has failed.
pub fn lock<T>(buffer: &Mutex<T>) -> MutexGuard<'_, T> {
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An accumulating gradient. Clearing it writes nothing: zeroing is left to the first addition, and an operation that
/// overwrites the whole of it needs none.
pub struct GradientBuffer {
    /// \[P\]
    values: Vec<f32>,
    /// the values are stale and count as 0
    cleared: bool,
}

impl GradientBuffer {
    fn new(length: usize) -> Self {
        Self { values: vec![0.0; length], cleared: false }
    }

    /// To add to.
    pub fn values(&mut self) -> &mut [f32] {
        if std::mem::take(&mut self.cleared) {
            self.values.fill(0.0);
        }
        &mut self.values
    }

    /// The values, and whether they are stale: the caller must then overwrite them all, and otherwise add to them.
    pub fn for_overwriting(&mut self) -> (&mut [f32], bool) {
        let cleared = std::mem::take(&mut self.cleared);
        (&mut self.values, cleared)
    }
}

fn next_version() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

impl Group {
    /// # Errors
    /// when `values` is not as long as the layout says.
    pub fn new(layout: Layout, values: Vec<f32>) -> Result<Self> {
        let length = layout.len();
        let values = Var::from_vec(values, length, &candle_core::Device::Cpu)?;
        Ok(Self {
            layout,
            values,
            version: next_version(),
            gradient: Arc::new(Mutex::new(GradientBuffer::new(length))),
        })
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// A number that no other state of the parameters has had, in this group or another.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// A copy of the flat parameters, \[P\].
    pub fn values(&self) -> Result<Vec<f32>> {
        self.values.to_vec1()
    }

    /// A copy of the flat gradient, \[P\].
    pub fn gradient(&self) -> Vec<f32> {
        lock(&self.gradient).values().to_vec()
    }

    /// Sets the gradient to 0.
    pub fn clear_gradient(&mut self) {
        lock(&self.gradient).cleared = true;
    }

    /// Lets `change` modify the flat parameters and their gradient, both \[P\], in place.
    pub fn update(&mut self, change: impl FnMut(&mut [f32], &mut [f32])) -> Result<()> {
        self.version = next_version();
        let gradient = &mut *lock(&self.gradient);
        self.values.inplace_op1(&InPlace(RefCell::new((change, gradient.values()))))
    }

    /// The flat parameters as a leaf of a graph, \[P\], and the gradient that operations on them accumulate into.
    pub(super) fn leaf(&self) -> (&Tensor, &Gradient) {
        (&self.values, &self.gradient)
    }

    /// The named views of this group. Where `tracked`, candle differentiates through them.
    pub fn views(&self, tracked: bool) -> Views<'_> {
        Views { group: self, tracked }
    }
}

/// The tensors of a group by name.
#[derive(Clone, Copy)]
pub struct Views<'g> {
    group: &'g Group,
    tracked: bool,
}

impl Views<'_> {
    /// The tensor of this name, in its own shape.
    pub fn get(&self, name: &str) -> Result<Tensor> {
        let view = self.find(name)?;
        self.slice(view.offset, &view.shape)
    }

    /// `y = x W^T + b`, W \[out, in\]
    pub fn linear(&self, name: &str) -> Result<Linear> {
        Ok(Linear::new(self.get(&format!("{name}.weight"))?, Some(self.get(&format!("{name}.bias"))?)))
    }

    /// Adjacent tensors as one, concatenated along the first dimension.
    pub fn stacked(&self, names: &[&str]) -> Result<Tensor> {
        let (first, last) = (self.find(names[0])?, self.find(names[names.len() - 1])?);
        let mut shape = first.shape.clone();
        shape[0] = (last.range().end - first.offset) / first.shape[1..].iter().product::<usize>();
        self.slice(first.offset, &shape)
    }

    /// Rows of a table: \[V, H\] and the numbers of T rows -> \[T, H\].
    pub fn rows(&self, name: &str, numbers: &[u32]) -> Result<Tensor> {
        let view = self.find(name)?;
        let &[count, width] = view.shape.as_slice() else { bail!("`{name}` is not a table") };
        if let Some(number) = numbers.iter().find(|number| **number as usize >= count) {
            bail!("row {number} of `{name}`, which has {count}")
        }
        let gradient = self.group.gradient.clone();
        let rows = Rows { numbers: numbers.to_vec(), offset: view.offset, width, gradient };
        if self.tracked { self.group.values.apply_op1(rows) } else { self.group.values.apply_op1_no_bwd(&rows) }
    }

    fn find(&self, name: &str) -> Result<&TensorView> {
        match self.group.layout.get(name) {
            Some(view) => Ok(view),
            None => bail!("no parameter `{name}`"),
        }
    }

    fn slice(&self, offset: usize, shape: &[usize]) -> Result<Tensor> {
        let length = shape.iter().product();
        if self.tracked {
            let gradient = self.group.gradient.clone();
            self.group.values.apply_op1(Slice { offset, shape: shape.to_vec(), gradient })
        } else {
            self.group.values.as_detached_tensor().narrow(0, offset, length)?.reshape(shape)
        }
    }
}

/// The numbers of a tensor that must be contiguous `f32` on the CPU.
pub fn floats<'s>(storage: &'s CpuStorage, strides: &Strides) -> Result<&'s [f32]> {
    match (storage, strides.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => bail!("parameters must be contiguous f32"),
    }
}

/// Calls `with` on the numbers of a tensor, in row-major order.
pub fn with_floats<R>(tensor: &Tensor, with: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, strides) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(storage) => Ok(with(floats(storage, strides)?)),
        _ => bail!("tensors must be on the CPU"),
    }
}

fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

/// A range of the flat tensor, in the shape of a named tensor.
struct Slice {
    offset: usize,
    shape: Vec<usize>,
    gradient: Gradient,
}

impl CustomOp1 for Slice {
    fn name(&self) -> &'static str {
        "view"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, strides: &Strides) -> Result<(CpuStorage, Shape)> {
        let shape = Shape::from(self.shape.as_slice());
        let values = &floats(storage, strides)?[self.offset..][..shape.elem_count()];
        Ok((CpuStorage::F32(values.to_vec()), shape))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        with_floats(gradient, |values| add(&mut lock(&self.gradient).values()[self.offset..], values))?;
        Ok(None)
    }
}

/// Rows of a table in the flat tensor. Its gradient is added to those rows alone.
struct Rows {
    numbers: Vec<u32>,
    offset: usize,
    width: usize,
    gradient: Gradient,
}

impl CustomOp1 for Rows {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, strides: &Strides) -> Result<(CpuStorage, Shape)> {
        let table = &floats(storage, strides)?[self.offset..];
        let mut rows = Vec::with_capacity(self.numbers.len() * self.width);
        for &number in &self.numbers {
            rows.extend_from_slice(&table[number as usize * self.width..][..self.width]);
        }
        Ok((CpuStorage::F32(rows), Shape::from((self.numbers.len(), self.width))))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        with_floats(gradient, |values| {
            let mut gradient = lock(&self.gradient);
            let table = &mut gradient.values()[self.offset..];
            for (&number, row) in self.numbers.iter().zip(values.chunks_exact(self.width)) {
                add(&mut table[number as usize * self.width..][..self.width], row);
            }
        })?;
        Ok(None)
    }
}

/// A closure as candle's in-place operation.
struct InPlace<'g, F>(RefCell<(F, &'g mut [f32])>);

impl<F: FnMut(&mut [f32], &mut [f32])> InplaceOp1 for InPlace<'_, F> {
    fn name(&self) -> &'static str {
        "update"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, strides: &Strides) -> Result<()> {
        let (CpuStorage::F32(values), Some((start, end))) = (storage, strides.contiguous_offsets()) else {
            bail!("parameters must be contiguous f32")
        };
        let (change, gradient) = &mut *self.0.borrow_mut();
        change(&mut values[start..end], gradient);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Group {
        let layout = Layout::new("").tensor("a", &[2, 2]).tensor("b", &[1, 2]).tensor("c", &[2]);
        Group::new(layout, (1..=8).map(|value| value as f32).collect()).unwrap()
    }

    #[test]
    fn views_show_their_range_tracked_or_not() {
        let group = group();
        for tracked in [false, true] {
            let views = group.views(tracked);
            assert_eq!(views.get("b").unwrap().to_vec2::<f32>().unwrap(), [[5.0, 6.0]]);
            let stacked = views.stacked(&["a", "b"]).unwrap();
            assert_eq!(stacked.to_vec2::<f32>().unwrap(), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
            let rows = views.rows("a", &[1, 0, 1]).unwrap();
            assert_eq!(rows.to_vec2::<f32>().unwrap(), [[3.0, 4.0], [1.0, 2.0], [3.0, 4.0]]);
            assert!(views.rows("a", &[2]).is_err());
            assert!(views.get("d").is_err());
        }
    }

    #[test]
    fn gradients_accumulate_in_the_flat_one() {
        let group = group();
        let views = group.views(true);
        // d/da of sum(a[1] + a[0] + a[1]) counts rows; d/dc of sum(c^2) is 2c; b is not used
        let rows = views.rows("a", &[1, 0, 1]).unwrap().sum_all().unwrap();
        let squares = views.get("c").unwrap().sqr().unwrap().sum_all().unwrap();
        (rows + squares).unwrap().backward().unwrap();
        assert_eq!(group.gradient(), [1.0, 1.0, 2.0, 2.0, 0.0, 0.0, 14.0, 16.0]);
    }

    #[test]
    fn a_transposed_use_gives_its_gradient_in_the_views_own_order() {
        let group = group();
        let weight = group.views(true).get("a").unwrap();
        let x = Tensor::new(&[[1f32, 10.0]], &candle_core::Device::Cpu).unwrap();
        let scale = Tensor::new(&[[1f32, 3.0]], &candle_core::Device::Cpu).unwrap();
        x.matmul(&weight.t().unwrap()).unwrap().mul(&scale).unwrap().sum_all().unwrap().backward().unwrap();
        assert_eq!(group.gradient()[..4], [1.0, 10.0, 3.0, 30.0]);
    }

    #[test]
    fn an_update_is_seen_by_the_next_view() {
        let mut group = group();
        group
            .update(|values, gradient| {
                values[6] = 70.0;
                gradient[0] = 5.0;
            })
            .unwrap();
        assert_eq!(group.views(true).get("c").unwrap().to_vec1::<f32>().unwrap(), [70.0, 8.0]);
        assert_eq!(group.gradient()[0], 5.0);
    }
}
