/** A new person, as the generator makes it and as a JSON line holds it; times are ms since the epoch. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly emailAddress: string;
  readonly creditCard: string;
  readonly city: string;
  readonly state: string;
  readonly dateTime: number;
  readonly extra: string;
}

export interface Auction {
  readonly id: number;
  readonly itemName: string;
  readonly description: string;
  readonly initialBid: number;
  readonly reserve: number;
  readonly dateTime: number;
  readonly expires: number;
  readonly seller: number;
  readonly category: number;
  readonly extra: string;
}

export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly dateTime: number;
  readonly extra: string;
}

/** One of the three is there: absent or null are the same, because files give null. */
export interface NexmarkEvent {
  readonly event_type: number;
  readonly person?: Person | null;
  readonly auction?: Auction | null;
  readonly bid?: Bid | null;
}

const text = 'STRING NOT NULL';
const whole = 'BIGINT NOT NULL';

const personColumns: Readonly<Record<keyof Person, string>> = {
  id: whole,
  name: text,
  emailAddress: text,
  creditCard: text,
  city: text,
  state: text,
  dateTime: whole,
  extra: text,
};

const auctionColumns: Readonly<Record<keyof Auction, string>> = {
  id: whole,
  itemName: text,
  description: text,
  initialBid: whole,
  reserve: whole,
  dateTime: whole,
  expires: whole,
  seller: whole,
  category: whole,
  extra: text,
};

const bidColumns: Readonly<Record<keyof Bid, string>> = {
  auction: whole,
  bidder: whole,
  price: whole,
  channel: text,
  url: text,
  dateTime: whole,
  extra: text,
};

/** Columns that a query reads, by kind of event. */
export interface Reads {
  readonly person?: readonly (keyof Person)[];
  readonly auction?: readonly (keyof Auction)[];
  readonly bid?: readonly (keyof Bid)[];
}

const every = <C extends object>(columns: C) => Object.keys(columns) as (keyof C)[];

export const allBid = every(bidColumns);
export const allAuction = every(auctionColumns);

/** The DDL of those columns, for sources that read files. */
export function schemaOf({ person, auction, bid }: Reads): string {
  const struct = <C extends string>(
    name: string,
    types: Readonly<Record<C, string>>,
    columns: readonly C[] | undefined,
  ) =>
    columns
      ? [`${name} STRUCT<${columns.map((each) => `${each} ${types[each]}`).join(', ')}>`]
      : [];
  return [
    'event_type INT NOT NULL',
    ...struct('person', personColumns, person),
    ...struct('auction', auctionColumns, auction),
    ...struct('bid', bidColumns, bid),
  ].join(', ');
}

/** What a source of files would give of an event. */
export function withOnly(reads: Reads, event: NexmarkEvent): NexmarkEvent {
  const only = <T extends object>(columns: readonly (keyof T)[] | undefined, whole?: T | null) =>
    columns && whole
      ? (Object.fromEntries(columns.map((name) => [name, whole[name]])) as unknown as T)
      : null;
  return {
    event_type: event.event_type,
    person: only(reads.person, event.person),
    auction: only(reads.auction, event.auction),
    bid: only(reads.bid, event.bid),
  };
}

/** Every column. */
export const eventSchema = schemaOf({
  person: every(personColumns),
  auction: allAuction,
  bid: allBid,
});
