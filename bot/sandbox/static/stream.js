// The live line from the sandbox: one event source that finds its way back by itself.

/**
 * `heard.begun({epoch, seq})` when a line begins or another world was loaded: read the snapshot.
 * `heard.entry(entry)`, `heard.calls(last)`; `heard.connected(true | false)` as it comes and goes.
 */
export function listen(heard) {
  let epoch = null;
  let source = null;
  let again = 0;

  function open() {
    source = new EventSource('/control/stream');
    source.addEventListener('open', () => {
      again = 0;
      heard.connected(true);
    });
    source.addEventListener('hello', (event) => {
      const hello = JSON.parse(event.data);
      // After a break the source resumes where it was; where it cannot, `reset` says so.
      if (epoch !== null) return;
      epoch = hello.epoch;
      heard.begun(hello);
    });
    source.addEventListener('reset', (event) => {
      const hello = JSON.parse(event.data);
      epoch = hello.epoch;
      heard.begun(hello);
    });
    source.addEventListener('entry', (event) => heard.entry(JSON.parse(event.data)));
    source.addEventListener('calls', (event) => heard.calls(JSON.parse(event.data).last));
    source.addEventListener('error', () => {
      heard.connected(false);
      // A closed source does not try again (the sandbox answered, but not with a stream).
      if (source.readyState === EventSource.CLOSED) reopen();
    });
  }

  function reopen() {
    source.close();
    epoch = null; // a new source starts from now, so the snapshot is needed
    again += 1;
    setTimeout(open, Math.min(500 * 2 ** again, 5000));
  }

  open();
}
