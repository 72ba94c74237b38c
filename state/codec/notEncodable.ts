/** Thrown while encoding, where every check counts; the store says then what it was, and where. */
export class NotEncodable {}
