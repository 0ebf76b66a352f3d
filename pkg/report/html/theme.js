'use strict';
// The theme: the system's, until somebody says otherwise.
(() => {
  const button = document.getElementById('theme');
  const themes = ['system', 'light', 'dark'];
  const key = 'cis532-theme';
  let theme = 'system';
  try {
    theme = localStorage.getItem(key) || theme;
  } catch {
    // Storage is refused to some files: the choice lasts as long as the page.
  }
  const apply = () => {
    if (!themes.includes(theme)) theme = 'system';
    document.documentElement.dataset.theme = theme;
    button.textContent = 'Theme: ' + theme;
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    apply();
    try {
      localStorage.setItem(key, theme);
    } catch {
      // As above.
    }
  });
  apply();
})();
