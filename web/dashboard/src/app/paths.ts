// Addresses of views that others lead to.
export const instancePath = (id: string): string => `/instances/${encodeURIComponent(id)}`;
