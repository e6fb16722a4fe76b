//! Whether a program restores its terminal.

use super::screen::Screen;

impl Screen {
    pub fn alternate(&self) -> bool {
        self.emulated(vt100::Screen::alternate_screen)
    }

    /// The normal screen, its cursor, and lines with an echo.
    #[track_caller]
    pub fn assert_given_back(&self) {
        assert!(!self.alternate(), "the alternate screen stays");
        assert!(!self.emulated(vt100::Screen::hide_cursor), "the cursor is hidden");
        assert!(!self.emulated(vt100::Screen::bracketed_paste), "pastes stay bracketed");
        #[cfg(target_os = "linux")]
        {
            let modes = self.modes();
            assert!(modes.contains(" icanon ") && modes.contains(" echo "), "the terminal is raw: {modes}");
        }
    }

    /// As printed by `stty -a`.
    #[cfg(target_os = "linux")]
    pub fn modes(&self) -> String {
        let name = self.master.tty_name().unwrap();
        let said = std::process::Command::new("stty").arg("-F").arg(name).arg("-a").output().unwrap();
        String::from_utf8(said.stdout).unwrap().replace(['\n', ';'], " ")
    }
}
