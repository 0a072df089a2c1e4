/** What names a resource within its tenant. */
export interface Named {
  application: string;
  type: string;
  id: string;
}

/** The page of a resource: each part is encoded, since types and ids are in an application's own words. */
export function pathOf({ application, type, id }: Named): string {
  return `/resources/${[application, type, id].map(encodeURIComponent).join("/")}`;
}

/** The key of a resource among what was read. */
export const resourceKey = ({ application, type, id }: Named) => ["/api/v1/resources/{application}/{type}/{id}", application, type, id];
