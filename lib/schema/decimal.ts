export class Decimal {
  constructor(
    readonly unscaled: bigint,
    readonly scale: number,
    readonly precision: number,
  ) {}
}
