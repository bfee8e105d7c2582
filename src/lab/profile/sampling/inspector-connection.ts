/**
 * The samplers' only way to a thread: commands and events of V8's inspector. Behind it is this
 * process's own thread, a worker thread of the same process, or another process; the samplers can't
 * tell.
 */
export interface InspectorConnection {
  /** Sends one command. Rejects if the thread refuses it or is gone. */
  post<Result = unknown>(method: string, params?: object): Promise<Result>;
  /** Calls the listener at every event of that name, until the returned function is called. */
  on(event: string, listener: (params: never) => void): () => void;
  /** Aborts when the thread is gone, with the reason. */
  readonly lost: AbortSignal;
  close(): void;
}

interface Evaluated {
  readonly result: { readonly value?: unknown; readonly objectId?: string };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

/** Loads one of Node's modules in whatever kind of program runs there. */
const loadText = '((name) => process.getBuiltinModule?.(name) ?? require(name))';

/** The file that frames of what is sent over are said to be in; profiles leave them out. */
export const probeUrl = 'evenkeel:probe';

/** A function that runs in another thread gets this, because it can close over nothing. */
// biome-ignore lint/suspicious/noExplicitAny: who loads a module gives its type
export type LoadModule = (name: string) => any;

/** Runs a function that needs nothing but its argument in the thread, and takes its result over. */
export async function callInThread<Result>(
  connection: InspectorConnection,
  run: (load: LoadModule) => Result | Promise<Result>,
): Promise<Result> {
  const how = { ...evaluation(run), returnByValue: true, awaitPromise: true };
  return resultOf(await connection.post<Evaluated>('Runtime.evaluate', how)).value as Result;
}

/**
 * The same for a function that ends by itself. It needs no turn of the event loop, so it runs in a
 * thread that is in an endless loop too: V8 interrupts the loop for it.
 */
export async function callNow<Result>(
  connection: InspectorConnection,
  run: (load: LoadModule) => Result,
): Promise<Result> {
  const how = { ...evaluation(run), returnByValue: true };
  return resultOf(await connection.post<Evaluated>('Runtime.evaluate', how)).value as Result;
}

/** An object in the thread. */
export interface Held {
  /** Calls a method without arguments, and takes its result over. */
  call<Result>(method: string): Promise<Result>;
  release(): Promise<void>;
}

/**
 * Makes an object in the thread; nothing global is left.
 * @param given to the function behind its first argument: functions like itself, or plain data
 */
export async function holdInThread(
  connection: InspectorConnection,
  // biome-ignore lint/suspicious/noExplicitAny: it gets what is given here
  make: (load: LoadModule, ...given: any[]) => object,
  ...given: readonly unknown[]
): Promise<Held> {
  const { objectId } = resultOf(
    await connection.post<Evaluated>('Runtime.evaluate', evaluation(make, given)),
  );
  return {
    call: async <Result>(method: string) => {
      const response = await connection.post<Evaluated>('Runtime.callFunctionOn', {
        objectId,
        functionDeclaration: `function () { return this.${method}(); }`,
        returnByValue: true,
        awaitPromise: true,
      });
      return resultOf(response).value as Result;
    },
    release: async () => {
      await connection.post('Runtime.releaseObject', { objectId });
    },
  };
}

/** Starts something in the thread that gives its result when stopped; nothing global is left. */
export async function startInThread<Result>(
  connection: InspectorConnection,
  start: (load: LoadModule) => { stop(): Result | Promise<Result> },
): Promise<{ stop(): Promise<Result> }> {
  const held = await holdInThread(connection, start);
  return {
    stop: async () => {
      const result = await held.call<Result>('stop');
      await held.release();
      return result;
    },
  };
}

/** Runs a function in the thread, whatever becomes of it. It is sent before this returns. */
export function postFunction(
  connection: InspectorConnection,
  run: (load: LoadModule, isSet: boolean) => void,
  isSet: boolean,
): Promise<unknown> {
  return connection.post('Runtime.evaluate', evaluation(run, [isSet]));
}

function evaluation(
  run: (load: LoadModule, ...given: never[]) => unknown,
  given: readonly unknown[] = [],
): object {
  const texts = given.map((one) => (typeof one === 'function' ? `(${one})` : JSON.stringify(one)));
  return {
    expression: `(${run})(${[loadText, ...texts].join()})\n//# sourceURL=${probeUrl}`,
    includeCommandLineAPI: true,
    silent: true,
  };
}

function resultOf({ result, exceptionDetails: failed }: Evaluated): Evaluated['result'] {
  if (failed) throw new Error(failed.exception?.description ?? failed.text);
  return result;
}
