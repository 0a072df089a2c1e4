import { useQuery } from "@tanstack/react-query";
import { type Schema, type Stored, api, got } from "../../api";

export type Entry = Schema<"DetectionEntry">;
export type Detection = Stored<Entry>;
export type Packed = Schema<"PackedDetection">;

/** The rules that come with Casemate. */
export function usePack() {
  return useQuery({ queryKey: ["/api/v1/detection-pack"], staleTime: Infinity, queryFn: async ({ signal }) => got(await api.GET("/api/v1/detection-pack", { signal })).items });
}

/** The rule that is always looked for, whatever stands beside it. */
export const ALWAYS = "detection-weakened";

export const EXAMPLE = `title: A provider is changed from outside
logsource:
    product: casemate
detection:
    change:
        action|startswith: casemate.provider.
        kind:
            - create
            - update
            - delete
    inside:
        request.client|cidr:
            - 10.0.0.0/8
            - 192.168.0.0/16
    condition: change and not inside
level: high
`;

const LEVELS = ["critical", "high", "medium", "low"];

/** The highest level that a text of rules names. */
export function levelOf(text: string | null | undefined): string | undefined {
  const said = [...(text ?? "").matchAll(/^level:\s*(\w+)/gm)].map(([, level]) => level);
  return LEVELS.find((level) => said.includes(level));
}
