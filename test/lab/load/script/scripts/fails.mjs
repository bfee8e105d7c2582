// Fails in request().

export function request() {
  const nothing = undefined;
  return nothing.field;
}
