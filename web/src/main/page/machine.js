// The stack, in a worker of its own, so that the page stays quick. What is asked again before it is answered is dropped.

// The compiled lab comes packed: it is text of 800 KB and its page should be a small file.
async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64.trim()), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

const WORKER = `
const engine = module.exports;
onmessage = message => {
  const [id, what, text] = message.data;
  try { postMessage([id, engine[what](text), null]); }
  catch (error) { postMessage([id, null, String(error && error.message || error)]); }
};`;

class Machine {
  constructor(source) {
    this.source = source;
    this.waiting = new Map();
    this.last = 0;
    this.start();
  }

  start() {
    const url = URL.createObjectURL(new Blob(["var module = {exports: {}}, exports = module.exports;", this.source, WORKER], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.worker.onmessage = ({ data: [id, answer, error] }) => {
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (asked) error === null ? asked.resolve(answer) : asked.reject(new Error(error));
    };
    this.worker.onerror = event => this.fail(new Error(event.message || "the worker stopped"));
  }

  fail(error) {
    for (const asked of this.waiting.values()) asked.reject(error);
    this.waiting.clear();
  }

  // Stops what is running, if anything is: nobody waits for its answer any longer.
  interrupt() {
    if (!this.waiting.size) return;
    this.worker.terminate();
    this.waiting.clear();
    this.start();
  }

  async ask(what, text = "") {
    return JSON.parse(await this.text(what, text));
  }

  text(what, text) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage([id, what, text]);
    });
  }

  run(settings) {
    return this.ask("run", settings.map(([name, value]) => name + "=" + value).join("\n"));
  }
}
