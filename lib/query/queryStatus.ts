/** What a query is doing: whoever works at it says so here, and `query.status` shows it. */
export class QueryStatus {
  message = 'Initializing sources';
  isDataAvailable = false;
  isTriggerActive = false;
}
