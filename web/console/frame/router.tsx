import { type MouseEvent, type ReactNode, useMemo, useSyncExternalStore } from 'react';

/** Where the console lives. */
export const base = '/console';

const moved = 'facestep-moved';

let moves = 0;

/** Addresses on the way to another: nobody goes back to them. */
const passed = /\/(sign-in|face-check)$/;

/** Goes to an address of the console. @param to - from `base` on: `/people` */
export function goTo(to: string): void {
  moves += 1;
  if (location.pathname + location.search !== base + to)
    history[passed.test(location.pathname) ? 'replaceState' : 'pushState'](null, '', base + to);
  window.dispatchEvent(new Event(moved));
}

function subscribe(onMove: () => void): () => void {
  for (const event of [moved, 'popstate']) window.addEventListener(event, onMove);
  return () => {
    for (const event of [moved, 'popstate']) window.removeEventListener(event, onMove);
  };
}

/** Another number whenever somebody goes to an address: to the one that is shown, to see it anew. */
export const useMoves = (): number => useSyncExternalStore(subscribe, () => moves);

/** The address after `base`, without a slash at the end: `` for the first screen, `/people`, … */
export const usePath = (): string =>
  useSyncExternalStore(subscribe, () => location.pathname.slice(base.length).replace(/\/+$/, ''));

/** A parameter of the address; `null`: it has none of that name. */
export const useParameter = (name: string): string | null =>
  useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name));

/** The parameters of the address. */
export function useParameters(): URLSearchParams {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** An address with what a form holds as its parameters: it can be kept, and gone back to. */
export function addressOf(path: string, fields: FormData): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields)
    if (typeof value === 'string' && value.trim() !== '') query.set(name, value.trim());
  return query.size === 0 ? path : `${path}?${query}`;
}

/** A link within the console. */
export function Link({
  to,
  isCurrent = false,
  children,
}: {
  readonly to: string;
  readonly isCurrent?: boolean;
  readonly children: ReactNode;
}) {
  const follow = (event: MouseEvent): void => {
    // Whoever wants another tab gets it.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a href={base + to} onClick={follow} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  );
}
