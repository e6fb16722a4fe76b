//! How the dashboard looks.

use clap::Args;

#[derive(Clone, Debug, Args)]
pub struct Appearance {
    /// Colours: dark, light, terminal, or the path of a theme file
    #[arg(long, default_value = "dark")]
    pub theme: String,
    /// How many colours the terminal supports
    #[arg(long, default_value = "auto", value_parser = ["auto", "truecolor", "256", "16", "none"])]
    pub colors: String,
}
