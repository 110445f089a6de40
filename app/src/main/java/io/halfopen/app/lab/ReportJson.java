package io.halfopen.app.lab;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.halfopen.lab.LabReport;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How reports look as JSON: the fields in the order of docs/lab.md. The report itself knows nothing of JSON. */
final class ReportJson {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addMixIn(LabReport.class, Report.class)
            .addMixIn(Judge.Verdict.class, Verdict.class)
            .build();

    private ReportJson() {}

    /** Of a report: {@code flood} only where there is one. */
    @JsonPropertyOrder({"kernel", "on", "seed", "listener", "clients", "accepted", "counters", "drops", "flood", "endMs"
    })
    interface Report {
        @JsonInclude(JsonInclude.Include.NON_NULL)
        LabReport.Flood flood();
    }

    @JsonPropertyOrder({"reports", "differences"})
    interface Verdict {}
}
