/** Serves every connection; another serves the one of its name. */
export const standardTenant = 'default';
