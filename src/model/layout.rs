//! Offsets of named tensors in a flat one.

/// One tensor of a checkpoint, as a range of a flat tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorView {
    /// the checkpoint's key
    pub name: String,
    pub shape: Vec<usize>,
    pub offset: usize,
    /// whether weight decay applies: not to biases, not to gains of a norm
    pub decays: bool,
    /// an embedding table, of which a batch reads some rows only
    pub is_table: bool,
}

impl TensorView {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }
}

/// Named tensors laid out contiguously, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    prefix: String,
    views: Vec<TensorView>,
    len: usize,
}

impl Layout {
    /// `prefix` begins every name, as in a checkpoint.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }

    /// An embedding table: \[rows, width\].
    #[must_use]
    pub fn table(mut self, name: &str, shape: &[usize; 2]) -> Self {
        self = self.tensor(name, shape);
        if let Some(view) = self.views.last_mut() {
            view.is_table = true;
        }
        self
    }

    #[must_use]
    pub fn tensor(mut self, name: &str, shape: &[usize]) -> Self {
        let decays = !name.ends_with("bias") && !name.contains("LayerNorm");
        let (name, shape, offset) = (format!("{}{name}", self.prefix), shape.to_vec(), self.len);
        let view = TensorView { name, shape, offset, decays, is_table: false };
        self.len += view.len();
        self.views.push(view);
        self
    }

    pub fn views(&self) -> &[TensorView] {
        &self.views
    }

    /// Elements in all.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The view of this name, which is given without the prefix.
    pub fn get(&self, name: &str) -> Option<&TensorView> {
        self.views.iter().find(|view| view.name.strip_prefix(&self.prefix) == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_are_contiguous_and_norms_and_biases_do_not_decay() {
        let layout = Layout::new("layer.0.")
            .tensor("dense.weight", &[3, 2])
            .tensor("dense.bias", &[3])
            .tensor("LayerNorm.weight", &[3]);
        assert_eq!(layout.len(), 12);
        assert_eq!(layout.get("dense.bias").unwrap().range(), 6..9);
        let decaying: Vec<&str> = layout.views().iter().filter(|v| v.decays).map(|v| v.name.as_str()).collect();
        assert_eq!(decaying, ["layer.0.dense.weight"]);
    }
}
