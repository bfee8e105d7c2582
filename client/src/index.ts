/** The package: the client, its errors, and the types of its calls. */
export { EvenkeelClient, type PutResult } from './client.js';
export { Entity, type EntityFields, EntityHead, EntityKey } from './entity.js';
export { type ErrorCode, EvenkeelError } from './error.js';
export type { Key } from './key.js';
export type {
  BatchResult,
  DeleteOperation,
  Operation,
  OperationResult,
  PutOperation,
} from './operation.js';
export type {
  Condition,
  DeleteOptions,
  DeleteRangeOptions,
  ListOptions,
  PutOptions,
  Range,
  ReadOptions,
  ValueOptions,
} from './options.js';
export type { Operations } from './segments.js';
export type { CallOptions, TransportOptions } from './transport.js';
export type { Json, Value } from './value.js';
