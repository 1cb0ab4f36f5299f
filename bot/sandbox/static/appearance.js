// Light or dark before the first paint: the kept choice, else the system's. A plain script, since modules run later.

(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem('kabar.theme'));
    } catch {
      // Without storage the system decides.
    }
    document.documentElement.dataset.theme = kept ?? (dark.matches ? 'dark' : 'light');
  };
  show();
  dark.addEventListener('change', show);
})();
