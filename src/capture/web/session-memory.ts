const key = 'facestep-session';

/** Where a session outlives a reload of the page. Some browsers keep nothing: then the link has to be asked for anew. */
export const sessionMemory = {
  read(): string | null {
    return orNull(() => sessionStorage.getItem(key));
  },
  write(session: string): void {
    orNull(() => sessionStorage.setItem(key, session));
  },
  clear(): void {
    orNull(() => sessionStorage.removeItem(key));
  },
};

function orNull<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}
