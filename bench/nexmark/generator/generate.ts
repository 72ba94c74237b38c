import type { Auction, Bid, NexmarkEvent, Person } from '../event.js';
import { Random } from './random.js';
import { channelCount, hotChannels, poolLength, type Tables, tablesOf } from './tables.js';

/** A port of the peer kit's generator: the same events, byte for byte. */
export interface GeneratorOptions {
  readonly seed?: number;
  /** Events per second of event time. */
  readonly rate?: number;
  /** Events are shuffled inside groups of so many; 1: in order. */
  readonly disorder?: number;
}

const baseTime = Date.UTC(2015, 6, 15);
const cycle = 50; // one person, three auctions, forty-six bids
const auctionsPerCycle = 3;
const firstId = 1000; // persons and auctions
const firstCategory = 10;
const categories = 5;
const hotGroup = 100; // the hot auction, seller and bidder change every hundred of their kind
const activePeople = 1000;
const personLead = 10;
const inFlightAuctions = 100;
const auctionLead = 10;
const eventsPerFlight = Math.trunc((inFlightAuctions * cycle) / auctionsPerCycle); // 1666
const personBytes = 200;
const auctionBytes = 500;
const bidBytes = 100;
const shuffle = 953;

const firstNames = 'Peter Paul Luke John Saul Vicky Kate Julie Sarah Deiter Walter'.split(' ');
const lastNames = 'Shultz Abrams Spencer White Bartels Walton Smith Jones Noris'.split(' ');
const cities =
  'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',');
const states = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'];

const hotOf = (last: number): number => Math.floor(last / hotGroup) * hotGroup;
const lastPersonOf = (id: number): number => Math.floor(id / cycle);
const group = (n: number): string => String(n).padStart(4, '0');

function lastAuctionOf(id: number): number {
  const round = Math.floor(id / cycle);
  const rest = id % cycle;
  if (rest === 0) return (round - 1) * auctionsPerCycle + auctionsPerCycle - 1;
  return round * auctionsPerCycle + Math.min(rest, auctionsPerCycle) - 1;
}

/** Everything about an event follows from its id and the options. */
export class Generator {
  private readonly seed: number;
  private readonly rate: number;
  private readonly disorder: number;
  private readonly tables: Tables;
  private readonly random = new Random();

  constructor({ seed = 42, rate = 10_000, disorder = 1 }: GeneratorOptions = {}) {
    if (disorder % shuffle === 0) throw new RangeError(`disorder must not divide by ${shuffle}`);
    this.seed = seed;
    this.rate = rate;
    this.disorder = disorder;
    this.tables = tablesOf(seed);
  }

  /** The n-th event to be emitted. */
  at(n: number): NexmarkEvent {
    return this.event(this.idAt(n));
  }

  /** The first `count` events. */
  events(count: number): NexmarkEvent[] {
    return Array.from({ length: count }, (_, n) => this.at(n));
  }

  private idAt(n: number): number {
    if (this.disorder === 1) return n;
    const start = n - (n % this.disorder);
    return start + ((n * shuffle) % this.disorder);
  }

  private event(id: number): NexmarkEvent {
    this.random.seed(this.seed, id | 0, Math.floor(id / 4294967296));
    const rest = id % cycle;
    if (rest === 0) return { event_type: 0, person: this.person(id) };
    if (rest <= auctionsPerCycle) return { event_type: 1, auction: this.auction(id) };
    return { event_type: 2, bid: this.bid(id) };
  }

  private timeAt(id: number): number {
    return baseTime + Math.floor((id * 1000) / this.rate);
  }

  private extra(current: number, mean: number): string {
    if (current > mean) return '';
    const rest = mean - current;
    const delta = Math.floor(0.2 * rest + 0.5);
    const length = rest - delta + (delta > 0 ? this.random.int(2 * delta) : 0);
    const at = this.random.int(poolLength - length);
    return this.tables.pool.substring(at, at + length);
  }

  /** Index of a person who may act now: the last thousand, or up to ten not yet there. */
  private coldPerson(id: number): number {
    const people = lastPersonOf(id) + 1;
    const active = Math.min(people, activePeople);
    return people - active + this.random.int(active + personLead);
  }

  private coldAuction(id: number): number {
    const last = lastAuctionOf(id);
    const low = Math.max(last - inFlightAuctions, 0);
    return low + this.random.int(last - low + 1 + auctionLead);
  }

  private person(id: number): Person {
    const { random } = this;
    const name = `${random.pick(firstNames)} ${random.pick(lastNames)}`;
    const emailAddress = `${random.text(7, ' ')}@${random.text(5, ' ')}.com`;
    const creditCard = [0, 0, 0, 0].map(() => group(random.int(10_000))).join(' ');
    const city = random.pick(cities);
    const state = random.pick(states);
    const size = 8 + name.length + emailAddress.length + creditCard.length + city.length;
    return {
      id: lastPersonOf(id) + firstId,
      name,
      emailAddress,
      creditCard,
      city,
      state,
      dateTime: this.timeAt(id),
      extra: this.extra(size + state.length, personBytes),
    };
  }

  private auction(id: number): Auction {
    const { random } = this;
    const dateTime = this.timeAt(id);
    const isHot = random.int(4) > 0;
    const seller = (isHot ? hotOf(lastPersonOf(id)) : this.coldPerson(id)) + firstId;
    const category = firstCategory + random.int(categories);
    const initialBid = random.price();
    const horizon = this.timeAt(id + eventsPerFlight) - dateTime;
    const expires = dateTime + 1 + random.int(Math.max(2 * horizon, 1));
    const itemName = random.text(20, ' ');
    const description = random.text(100, ' ');
    const reserve = initialBid + random.price();
    return {
      id: lastAuctionOf(id) + firstId,
      itemName,
      description,
      initialBid,
      reserve,
      dateTime,
      expires,
      seller,
      category,
      extra: this.extra(8 + itemName.length + description.length + 40, auctionBytes),
    };
  }

  private bid(id: number): Bid {
    const { random, tables } = this;
    const onHot = random.int(2) > 0;
    const auction = (onHot ? hotOf(lastAuctionOf(id)) : this.coldAuction(id)) + firstId;
    const byHot = random.int(4) > 0;
    const bidder = (byHot ? hotOf(lastPersonOf(id)) + 1 : this.coldPerson(id)) + firstId;
    const price = random.price();
    const isHot = random.int(2) > 0;
    const i = random.int(isHot ? hotChannels.length : channelCount);
    return {
      auction,
      bidder,
      price,
      channel: (isHot ? hotChannels : tables.channels)[i] as string,
      url: (isHot ? tables.hotUrls : tables.urls)[i] as string,
      dateTime: this.timeAt(id),
      extra: this.extra(32, bidBytes),
    };
  }
}
