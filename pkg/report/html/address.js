// The address of a page says what its table shows: the filters, the order and
// the namespace that was opened last, behind the #. So it can be sent, reloaded
// and come back to. Names of sections stand there too, and have no =.
const addressed = (hash) => (hash === '' || hash.includes('=') ? new URLSearchParams(hash.slice(1)) : null);

const addressOf = (shown) => '#' + new URLSearchParams(Object.entries(shown).filter(([, value]) => value));

// A viewer may keep a page from changing its address: the table works without.
const setAddress = (hash) => {
  try {
    history.replaceState(null, '', hash);
  } catch {
    return;
  }
};
