/** This process's own thread, sampled from within. */
import { type InspectorNotification, Session } from 'node:inspector';
import type { InspectorConnection } from './inspector-connection.js';

export function localSession(): InspectorConnection {
  const session = new Session();
  session.connect();
  const never = new AbortController();
  return {
    post: (method, params = {}) =>
      new Promise((resolve, reject) => {
        session.post(method, params, (error, result) =>
          error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as never),
        );
      }),
    on: (event, listener) => {
      const forward = ({ params }: InspectorNotification<object>) => listener(params as never);
      session.on(event, forward);
      return () => session.off(event, forward);
    },
    lost: never.signal,
    close: () => session.disconnect(),
  };
}
