import { useQuery } from "@tanstack/react-query";
import { Button } from "react-aria-components/Button";
import { api, got } from "../api/client";
import { type Me, useAllowedIn } from "../api/me";
import { tenantInUrl } from "../api/tenant";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import styles from "./shell.module.css";

/** The most tenants that the menu offers. */
const MOST = 200;

/** The tenant that pages are about; a menu where somebody sees several. It stands in the address, so that it can be linked to. */
export function TenantMenu({ me }: { me: Me }) {
  const maySee = useAllowedIn("default", "casemate.tenant.list") === true;
  const current = tenantInUrl() ?? me.tenant;
  const { data } = useQuery({
    queryKey: ["/api/v1/tenants", "menu"],
    enabled: maySee,
    staleTime: 300_000,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/tenants", { params: { query: { limit: MOST, sort: "name" } as never }, signal })),
  });
  const names = (data?.items ?? []).map((tenant) => tenant.name);
  // Whoever came to another tenant finds the way back.
  if (names.length < 2 && current === me.tenant) return null;
  const go = (name: string) => {
    // Everything that was read was read in the other one: begin anew.
    location.assign(name === me.tenant ? "/console/" : `/console/?tenant=${encodeURIComponent(name)}`);
  };
  const all = [...new Set([me.tenant, current, ...names])].sort((a, b) => (a === me.tenant ? -1 : b === me.tenant ? 1 : a.localeCompare(b)));
  return (
    <Menu
      groups={[{ title: "Tenant", entries: all.map((name) => ({ id: name, label: name, onAction: () => go(name) })), chosen: current }]}
      label="Tenant"
      placement="top start"
      trigger={
        <Button className={styles.person ?? ""}>
          <span aria-hidden="true" className={`${styles.avatar} ${styles.square}`}>
            <Icon name="building" size={14} />
          </span>
          <span className={styles.names}>
            <span>{current}</span>
            <span>Tenant</span>
          </span>
          <Icon name="chevronUp" size={14} />
        </Button>
      }
    />
  );
}
