import { FaceError } from '../errors.js';

/** Returns the only match. @throws FaceError `not_found` if there is none or more than one */
export function onlyGroup<Group>(found: readonly Group[]): Group {
  const [group, ...others] = found;
  if (group === undefined || others.length > 0) throw new FaceError('not_found', { groups: found.length });
  return group;
}
