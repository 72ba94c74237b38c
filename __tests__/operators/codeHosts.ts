/** As a host does that forbids code from strings. */
function forbidden(): never {
  throw new EvalError('Code generation from strings disallowed for this context');
}

// First the one that forbids it: code that has been generated is used again.
const hosts = ['a host that forbids code from strings', 'a host that allows it'] as const;

/** `tests` on a host that forbids code from strings, and on one that allows it. */
export function describeOnHosts(subject: string, tests: () => void): void {
  describe.each(hosts)(`${subject} on %s`, (host) => {
    const allowed = globalThis.Function;

    beforeEach(() => {
      if (host !== 'a host that allows it') Reflect.set(globalThis, 'Function', forbidden);
    });
    afterEach(() => {
      Reflect.set(globalThis, 'Function', allowed);
    });

    tests();
  });
}
