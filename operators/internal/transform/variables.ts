import { StreamingError } from '../../../lib/errors.js';
import { each, type MaybePromise, then } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';
import type { CallScope } from './callScope.js';
import { ListVariable } from './listVariable.js';
import { MapVariable } from './mapVariable.js';
import { Ttl } from './ttl.js';
import { ValueVariable } from './valueVariable.js';
import type { Variable, VariableKind } from './variable.js';

/** How a variable was declared in the run that made it. */
interface Declared {
  readonly kind: VariableKind;
  readonly ttl: boolean;
}

/** The state variables of one run, beside `variables := name -> [kind, ttl?]`, those of the checkpoint. */
export class Variables {
  private readonly declared = new Map<string, Variable>();
  private readonly deleted: string[] = [];
  private readonly known: KeyedTable<Declared>;
  private readonly ttls: Ttl[] = [];
  private reconciled = false;
  private countedBatch = -1;

  constructor(
    private readonly ctx: StageContext,
    private readonly scope: CallScope,
  ) {
    this.known = ctx.state.keyed<Declared>('variables', {
      counted: false,
      toStored: ({ kind, ttl }) => [kind, ttl],
      fromStored: (stored) => {
        const [kind, ttl] = stored as readonly [VariableKind, boolean];
        return { kind, ttl };
      },
    });
  }

  declare(kind: VariableKind, name: string, ttlMs: number | undefined): Variable {
    this.requireFree(name);
    const variable = this.make(kind, name, ttlMs);
    this.declared.set(name, variable);
    if (variable.ttl !== undefined) this.ttls.push(variable.ttl);
    return variable;
  }

  deleteIfExists(name: string): void {
    this.requireFree(name);
    this.deleted.push(name);
  }

  /** Refuses, before there is a batch, a declaration that the checkpoint does not fit. */
  opened(): void {
    for (const [name, variable] of this.declared) this.compare(name, variable);
  }

  /** Writes down what is new since the checkpoint, once a run, and loads what the batch's time makes due. */
  prepare(): MaybePromise<void> {
    this.countVariables();
    return this.reconciled ? this.load() : then(this.reconcile(), () => this.load());
  }

  /** Forgets what has outlived its TTL. */
  clean(): void {
    let removed = 0;
    for (const variable of this.declared.values()) {
      removed += variable.ttl?.clean((key) => variable.expire(key)) ?? 0;
    }
    if (removed > 0) this.ctx.count('numValuesRemovedDueToTTLExpiry', removed);
  }

  /** When something expires next, per variable (ms). */
  firstMs(): readonly MaybePromise<number | undefined>[] {
    return this.ttls.map((ttl) => ttl.firstMs());
  }

  private load(): MaybePromise<void> {
    if (this.ttls.length > 0) return each(this.ttls, (ttl) => ttl.load());
  }

  private reconcile(): MaybePromise<void> {
    this.reconciled = true;
    for (const [name, variable] of this.declared) {
      if (this.known.find(name) === undefined) this.known.insert(name, declarationOf(variable));
    }
    return each(this.deleted, (name) => this.delete(name));
  }

  private compare(name: string, variable: Variable): void {
    const now = declarationOf(variable);
    const was = this.known.find(name)?.value;
    if (was === undefined || (was.kind === now.kind && was.ttl === now.ttl)) return;
    throw new StreamingError('TRANSFORM_VARIABLE_CHANGED', {
      operator: this.scope.operator,
      variable: name,
      was: shown(was),
      is: shown(now),
    });
  }

  private delete(name: string): MaybePromise<void> {
    const entry = this.known.find(name);
    if (entry === undefined) return;
    const { kind, ttl } = entry.value;
    const variable = this.make(kind, name, ttl ? 1 : undefined);
    this.known.remove(entry);
    return then(
      each([variable, variable.ttl], (part) => part?.loadAll()),
      () => {
        variable.drop();
        variable.ttl?.drop();
        this.ctx.count('numDeletedStateVars');
      },
    );
  }

  private make(kind: VariableKind, name: string, ttlMs: number | undefined): Variable {
    const { ctx, scope } = this;
    const ttl = ttlMs === undefined ? undefined : new Ttl(ctx, name, ttlMs);
    const parts = { name, ctx, scope, ttl };
    switch (kind) {
      case 'value':
        return new ValueVariable(parts);
      case 'list':
        return new ListVariable(parts);
      case 'map':
        return new MapVariable(parts);
    }
  }

  private requireFree(name: string): void {
    const problem =
      typeof name !== 'string' || name === ''
        ? 'needs a name that is not empty'
        : this.declared.has(name) || this.deleted.includes(name)
          ? 'is declared twice: give each variable its own name'
          : undefined;
    if (problem === undefined) return;
    const { operator } = this.scope;
    throw new StreamingError('TRANSFORM_VARIABLE_NAME', {
      operator,
      variable: String(name),
      problem,
    });
  }

  /** Once a batch, however many turns it has in continuous mode. */
  private countVariables(): void {
    if (this.countedBatch === this.ctx.batchId) return;
    this.countedBatch = this.ctx.batchId;
    for (const { kind, ttl } of this.declared.values()) {
      const name = kindNames[kind];
      this.ctx.count(`num${name}StateVars`);
      if (ttl !== undefined) this.ctx.count(`num${name}StateWithTTLVars`);
    }
  }
}

const kindNames = { value: 'Value', list: 'List', map: 'Map' } as const;

function declarationOf({ kind, ttl }: Variable): Declared {
  return { kind, ttl: ttl !== undefined };
}

function shown({ kind, ttl }: Declared): string {
  return `${kind} state ${ttl ? 'with' : 'without'} ttl`;
}
