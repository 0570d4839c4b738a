/** Tenant whose tokens serve every connection. Other tenants serve the connection of the same name. */
export const standardTenant = 'default';
