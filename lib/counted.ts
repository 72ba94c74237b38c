/** A number and what it counts, for a message: '1 file', '2 files'. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
