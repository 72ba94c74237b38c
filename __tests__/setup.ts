/** Data must never reach the objects that everything inherits from (keys such as `__proto__`). */
const shared = [Object, Array, Map, Function].map((each) => each.prototype as object);
const before = shared.map((each) => Reflect.ownKeys(each).length);

afterEach(() => {
  expect(shared.map((each) => Reflect.ownKeys(each).length)).toEqual(before);
});

// Jest's contexts allow code from strings whatever the process was started with.
if (process.execArgv.includes('--disallow-code-generation-from-strings')) {
  const forbid = (): never => {
    throw new EvalError('Code generation from strings disallowed for this context');
  };
  globalThis.Function = new Proxy(Function, { construct: forbid, apply: forbid });
}
