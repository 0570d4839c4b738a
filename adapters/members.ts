import { FaceError } from '../src/errors.js';

/** The one group that was found. @throws FaceError `not_found`: there is none, or more than one of that name */
export function onlyGroup<Group>(found: readonly Group[]): Group {
  const [group, ...others] = found;
  if (group === undefined || others.length > 0) throw new FaceError('not_found', { groups: found.length });
  return group;
}
