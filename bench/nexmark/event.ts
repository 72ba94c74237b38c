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

/** The same as DDL, for sources that read files. */
export const eventSchema =
  `event_type INT NOT NULL, ` +
  `person STRUCT<id ${whole}, name ${text}, emailAddress ${text}, creditCard ${text}, city ${text}, ` +
  `state ${text}, dateTime ${whole}, extra ${text}>, ` +
  `auction STRUCT<id ${whole}, itemName ${text}, description ${text}, initialBid ${whole}, ` +
  `reserve ${whole}, dateTime ${whole}, expires ${whole}, seller ${whole}, category ${whole}, ` +
  `extra ${text}>, ` +
  `bid STRUCT<auction ${whole}, bidder ${whole}, price ${whole}, channel ${text}, url ${text}, ` +
  `dateTime ${whole}, extra ${text}>`;
