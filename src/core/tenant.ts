/** The tenant that serves every connection; another one serves the connection of its own name alone. */
export const standardTenant = 'default';
