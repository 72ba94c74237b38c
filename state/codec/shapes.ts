/** Names of the fields of plain objects, kept once per store: a value says only which shape it has. */
export interface Shapes {
  /**
   * The shape of a plain object, which is its own names in their order. −1: not in the dictionary, and
   * not to be; the value brings its names itself.
   */
  idOf(record: object): number;
  namesOf(id: number): readonly string[] | undefined;
}

/** For values that must be readable alone: every object brings its names. */
export const noShapes: Shapes = {
  idOf: () => -1,
  namesOf: () => undefined,
};

const isOwn = Object.prototype.hasOwnProperty;

/** An object with more fields is a dictionary of somebody's data, and so is the 4097th shape. */
const maxFields = 64;
const maxShapes = 4096;

/**
 * The shapes of one store. New ones are `pending` until the write that holds them has answered.
 */
export class ShapeDictionary implements Shapes {
  private readonly shapes: (readonly string[])[] = [];
  private readonly root = new ShapeStep();
  private persisted = 0;

  /** Shapes as they were stored, by id. */
  constructor(stored: readonly (readonly string[])[] = []) {
    for (const names of stored) this.add(names, this.walk(names));
    this.persisted = this.shapes.length;
  }

  /**
   * `for in` gives the names of V8's own shape of the object, where `Object.keys` makes an array of them.
   */
  idOf(record: object): number {
    let step: ShapeStep | undefined = this.root;
    for (const name in record) {
      if (!isOwn.call(record, name)) continue;
      step = step.known(name);
      if (step === undefined) break;
    }
    return step === undefined || step.id < 0 ? this.newIdOf(Object.keys(record)) : step.id;
  }

  namesOf(id: number): readonly string[] | undefined {
    return this.shapes[id];
  }

  /** Shapes that no write has made durable yet. */
  pending(): readonly { readonly id: number; readonly names: readonly string[] }[] {
    return this.shapes.slice(this.persisted).map((names, i) => ({ id: this.persisted + i, names }));
  }

  /** The write that held `pending()` has answered. */
  settle(count: number): void {
    this.persisted += count;
  }

  private newIdOf(names: readonly string[]): number {
    if (names.length > maxFields || this.shapes.length >= maxShapes) return -1;
    const step = this.walk(names);
    this.add(names, step);
    return step.id;
  }

  private walk(names: readonly string[]): ShapeStep {
    let step = this.root;
    for (let i = 0; i < names.length; i++) step = step.next(names[i] as string);
    return step;
  }

  private add(names: readonly string[], step: ShapeStep): void {
    step.id = this.shapes.length;
    this.shapes.push(names);
  }
}

/** One field further. Most steps have one successor, which needs no `Map`. */
class ShapeStep {
  id = -1;
  private name: string | undefined;
  private step: ShapeStep | undefined;
  private others: Map<string, ShapeStep> | undefined;

  known(name: string): ShapeStep | undefined {
    return this.name === name ? this.step : this.others?.get(name);
  }

  /** Made if it is new. */
  next(name: string): ShapeStep {
    if (this.name === name) return this.step as ShapeStep;
    if (this.name === undefined) {
      this.name = name;
      this.step = new ShapeStep();
      return this.step;
    }
    this.others ??= new Map();
    let step = this.others.get(name);
    if (step === undefined) {
      step = new ShapeStep();
      this.others.set(name, step);
    }
    return step;
  }
}
