// Reduces a lock file to the packages used in production.

/** Finds a package as Node would from another package. Returns `null` if it is not installed. */
const findPackage = (packages, from, name) => {
  const path = `${from}${from === '' ? '' : '/'}node_modules/${name}`;
  if (path in packages) return path;
  return from === '' ? null : findPackage(packages, from.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''), name);
};

const findNeeded = (packages) => {
  const needed = new Set();
  const visit = (from) => {
    const { dependencies, optionalDependencies, peerDependencies } = packages[from];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const path = findPackage(packages, from, name);
      if (path === null || needed.has(path)) continue;
      needed.add(path);
      visit(path);
    }
  };
  visit('');
  return needed;
};

export const toProductionLock = ({ packages, ...lock }, standAlone) => {
  const { workspaces, devDependencies, ...top } = packages[''];
  const isKept = ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link;
  const kept = { '': top, ...Object.fromEntries(Object.entries(packages).filter(isKept)) };
  for (const name of standAlone) {
    const { dependencies, ...alone } = kept[`node_modules/${name}`];
    kept[`node_modules/${name}`] = alone;
  }
  const needed = findNeeded(kept);
  return {
    ...lock,
    packages: Object.fromEntries(Object.entries(kept).filter(([path]) => path === '' || needed.has(path))),
  };
};
