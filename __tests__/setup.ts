/** Data must never reach the objects that everything inherits from (keys such as `__proto__`). */
const shared = [Object, Array, Map, Function].map((each) => each.prototype as object);
const before = shared.map((each) => Reflect.ownKeys(each).length);

afterEach(() => {
  expect(shared.map((each) => Reflect.ownKeys(each).length)).toEqual(before);
});
