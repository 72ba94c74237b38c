/** Which rows a join gives. Source: semantics/spark.md 1.10. */
export type JoinType = 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti';

export const joinTypes: readonly JoinType[] = [
  'inner',
  'leftOuter',
  'rightOuter',
  'fullOuter',
  'leftSemi',
  'leftAnti',
];

export type JoinSide = 'left' | 'right';

export const joinSides: readonly JoinSide[] = ['left', 'right'];

/** Whether a left row that matches nothing comes out (with leftAnti: only such rows do). */
export function keepsLeft(type: JoinType): boolean {
  return type === 'leftOuter' || type === 'fullOuter' || type === 'leftAnti';
}

/** Whether a right row that matches nothing comes out. */
export function keepsRight(type: JoinType): boolean {
  return type === 'rightOuter' || type === 'fullOuter';
}

/** Whether left rows come out alone, and one match settles them. */
export function isLeftOnly(type: JoinType): boolean {
  return type === 'leftSemi' || type === 'leftAnti';
}
