import { type Observer, Subscriber } from 'rxjs';

/**
 * What is to be subscribed to an Observable, made before the first row comes: a source that is synchronous
 * and endless must see it closed, and `subscribe` with an observer answers only when such a source has ended.
 */
export function subscriberOf<T>(observer: Observer<T>): Subscriber<T> {
  return new Subscriber<T>(observer);
}
